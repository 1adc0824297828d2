"""TensorFlow traced into a graph by `tf.function`, the whole descent in one call: the usual advice."""

import tensorflow as tf

from . import _tensorflow as formulas

LIBRARY = "tensorflow"

predict = tf.function(formulas.predict)
residuals = tf.function(formulas.residuals)
mse = tf.function(formulas.mse)
gradient = tf.function(formulas.gradient)
gradient_descent = tf.function(formulas.gradient_descent)
r2 = tf.function(formulas.r2)
cost_surface = tf.function(formulas.cost_surface)
split_mse = tf.function(formulas.split_mse)
