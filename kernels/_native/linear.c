/* The module that Python imports: reads arrays through the buffer interface, without copies, and runs the loops. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <string.h>

#define LARGE_BYTES (1 << 19) /* of X: below, waking the other threads costs more than they save */
#define IS_LARGE(m, n) ((m) * (n) * sizeof(REAL) > LARGE_BYTES)

#define REAL double
#define OF(name) name##_double
#include "loops.h"
#undef REAL
#undef OF
#define REAL float
#define OF(name) name##_float
#include "loops.h"
#undef REAL
#undef OF

#define MOST 8

typedef struct {
    Py_buffer views[MOST];
    int count;
    int wide; /* float64, else float32 */
} Arrays;

static void release(Arrays *arrays)
{
    while (arrays->count > 0)
        PyBuffer_Release(&arrays->views[--arrays->count]);
}

/* Takes arrays, the last `written` of them to be written: all of one type, C-contiguous. */
static int take(Arrays *arrays, PyObject *const *objects, int count, int written)
{
    arrays->count = 0;
    for (int place = 0; place < count; place++) {
        int flags = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (place >= count - written ? PyBUF_WRITABLE : 0);
        Py_buffer *view = &arrays->views[place];
        if (PyObject_GetBuffer(objects[place], view, flags) < 0) {
            release(arrays);
            return -1;
        }
        arrays->count++;
        char kind = view->format[0];
        if ((kind != 'd' && kind != 'f') || kind != ((char *)arrays->views[0].format)[0]) {
            PyErr_SetString(PyExc_TypeError, "arrays must be float64 or float32, all of one of them");
            release(arrays);
            return -1;
        }
    }
    arrays->wide = arrays->views[0].itemsize == 8;
    return 0;
}

/* Copies the inputs that are arrays, then the buffers of the workspace, the last of what a function is called with. */
static int spread(PyObject **objects, PyObject *const *inputs, int count, PyObject *workspace, int buffers)
{
    if (!PyTuple_Check(workspace) || PyTuple_GET_SIZE(workspace) != buffers) {
        PyErr_Format(PyExc_TypeError, "takes a workspace of %d arrays", buffers);
        return -1;
    }
    for (int place = 0; place < count; place++)
        objects[place] = inputs[place];
    for (int place = 0; place < buffers; place++)
        objects[count + place] = PyTuple_GET_ITEM(workspace, place);
    return 0;
}

static int has(Py_ssize_t given, Py_ssize_t wanted)
{
    if (given == wanted)
        return 0;
    PyErr_Format(PyExc_TypeError, "takes %zd arguments, not %zd", wanted, given);
    return -1;
}

/* Calls a loop for the type of its arrays while other threads of Python may run. */
#define RUN(arrays, loop, ...)                                                                                        \
    Py_BEGIN_ALLOW_THREADS if ((arrays).wide) { loop(double, __VA_ARGS__) } else { loop(float, __VA_ARGS__) }         \
    Py_END_ALLOW_THREADS

#define AT(place) arrays.views[place].buf
#define ROWS(place) (size_t)arrays.views[place].shape[0]
#define COLUMNS(place) (size_t)arrays.views[place].shape[1]

#define PREDICT(real, ...) predict_##real(AT(0), AT(1), AT(2), ROWS(0), COLUMNS(0));
#define RESIDUALS(real, ...) residuals_##real(AT(0), AT(1), AT(2), AT(3), ROWS(0), COLUMNS(0));
#define MEAN_SQUARE(real, X, y, theta, out, at)                                                                       \
    ((real *)AT(out))[at] = squares_##real(AT(X), AT(y), AT(theta), ROWS(X), COLUMNS(X)) / ROWS(X);
#define BOTH_MEAN_SQUARES(real, ...) MEAN_SQUARE(real, 0, 1, 4, 5, 0) MEAN_SQUARE(real, 2, 3, 4, 5, 1)
#define R2(real, ...) *(real *)AT(2) = r2_##real(AT(0), AT(1), ROWS(0));
#define GRADIENT(real, theta, slope, sums)                                                                            \
    gradient_##real(AT(0), AT(1), AT(theta), AT(slope), AT(sums), ROWS(0), COLUMNS(0), ROWS(sums), COLUMNS(sums));
#define DESCENT(real, ...)                                                                                            \
    memcpy(AT(5), AT(2), COLUMNS(0) * sizeof(real));                                                                  \
    for (long step = 0; step < steps; step++) {                                                                       \
        GRADIENT(real, 5, 4, 3)                                                                                       \
        for (size_t j = 0; j < COLUMNS(0); j++)                                                                       \
            ((real *)AT(5))[j] -= (real)rate * ((real *)AT(4))[j];                                                    \
    }
#define COST_SURFACE(real, ...)                                                                                       \
    cost_surface_##real(AT(0), AT(1), AT(2), AT(3), AT(4), AT(5), ROWS(0), COLUMNS(0), ROWS(3), ROWS(4));

#define FUNCTION(name, inputs, buffers, loop, ...)                                                                    \
    static PyObject *name(PyObject *self, PyObject *const *given, Py_ssize_t count)                                   \
    {                                                                                                                 \
        Arrays arrays;                                                                                                \
        PyObject *objects[MOST];                                                                                      \
        if (has(count, inputs + 1) < 0 || spread(objects, given, inputs, given[inputs], buffers) < 0 ||               \
            take(&arrays, objects, inputs + buffers, buffers) < 0)                                                    \
            return NULL;                                                                                              \
        RUN(arrays, loop, __VA_ARGS__)                                                                                \
        release(&arrays);                                                                                             \
        return Py_NewRef(objects[inputs + buffers - 1]);                                                              \
    }

FUNCTION(predict, 2, 1, PREDICT, )
FUNCTION(residuals, 3, 1, RESIDUALS, )
FUNCTION(mse, 3, 1, MEAN_SQUARE, 0, 1, 2, 3, 0)
FUNCTION(split_mse, 5, 1, BOTH_MEAN_SQUARES, )
FUNCTION(r2, 2, 1, R2, )
FUNCTION(gradient, 3, 2, GRADIENT, 2, 4, 3)
FUNCTION(cost_surface, 5, 1, COST_SURFACE, )

static PyObject *gradient_descent(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    Arrays arrays;
    PyObject *objects[MOST];
    if (has(count, 6) < 0 || spread(objects, given, 3, given[5], 3) < 0)
        return NULL;
    double rate = PyFloat_AsDouble(given[3]);
    long steps = PyLong_AsLong(given[4]);
    if (PyErr_Occurred() || take(&arrays, objects, 6, 3) < 0)
        return NULL;
    RUN(arrays, DESCENT, )
    release(&arrays);
    return Py_NewRef(objects[5]);
}

#define METHOD(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}

static PyMethodDef methods[] = {METHOD(predict),  METHOD(residuals),        METHOD(mse), METHOD(split_mse),    METHOD(r2),
                                METHOD(gradient), METHOD(gradient_descent), METHOD(cost_surface), {NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "linear", NULL, -1, methods};

PyMODINIT_FUNC PyInit_linear(void) { return PyModule_Create(&definition); }
