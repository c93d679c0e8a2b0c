"""Calculus on graphs: forward and reverse sweeps, and the gradients, Jacobians and Hessians made of them."""
