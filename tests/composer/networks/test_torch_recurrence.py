"""The recurrence that trains the LSTM on torch's CPU backend."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch, which nothing but --backend torch does")


def test_outputs_and_gradients_are_those_of_torch_own_lstm() -> None:
    """In 64-bit numbers both agree to rounding: states, and gradients of kernels, bias, inputs and first states."""
    from composer.networks.torch_recurrence import Recurrence

    torch.manual_seed(0)
    units, batch, steps = 8, 3, 5
    theirs = torch.nn.LSTM(units, units, batch_first=True, dtype=torch.float64)
    inputs = torch.randn(batch, steps, units, dtype=torch.float64, requires_grad=True)
    states = [torch.randn(batch, units, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    weighting = torch.randn(batch, steps, units, dtype=torch.float64)
    parameters = [theirs.weight_ih_l0, theirs.weight_hh_l0, theirs.bias_ih_l0, inputs, *states]

    expected = theirs(inputs, tuple(state[None] for state in states))[0]
    projected = torch.nn.functional.linear(inputs.transpose(0, 1), theirs.weight_ih_l0, theirs.bias_ih_l0)
    kernel = theirs.weight_hh_l0.t()
    found = Recurrence.apply(projected + theirs.bias_hh_l0, kernel, *states)[0].transpose(0, 1)

    torch.testing.assert_close(found, expected)
    for ours, reference in zip(
        torch.autograd.grad((found * weighting).sum(), parameters),
        torch.autograd.grad((expected * weighting).sum(), parameters),
        strict=True,
    ):
        torch.testing.assert_close(ours, reference)
