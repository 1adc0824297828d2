"""Lines of progress: what they count, with results of further processes."""

from rooflinear.bench.progress import Plain


def test_results_of_further_processes_are_counted_beside_the_cases():
    progress = Plain()
    progress.begin(2)
    told = []
    for _ in range(4):
        told.append(progress.share())
        progress.step()
    assert [*told, progress.share()] == ["0/2", "1/2", "2/2", "2/2 and 1 again", "2/2 and 2 again"]


def test_a_second_count_begins_at_zero():
    progress = Plain()
    progress.begin(1)
    progress.step()
    progress.begin(3)
    assert progress.share() == "0/3"
