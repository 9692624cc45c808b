"""The LSTM's recurrence for the torch backend on CPUs, with a backward pass that multiplies whole windows at once.

oneDNN's LSTM, which torch calls, takes four times as long backwards as forwards for the small batches of a CPU. Only
one product per step depends on the step after it (Appleyard 2016, arXiv 1604.01946): the gradients of all weights are
one product each.
"""

from __future__ import annotations

from typing import Any

import torch

Tensor = Any


class Recurrence(torch.autograd.Function):
    """Hidden states from projected inputs; gates are ordered input, forget, cell, output."""

    @staticmethod
    def forward(ctx: Any, projected: Tensor, kernel: Tensor, hidden: Tensor, cell: Tensor) -> tuple[Tensor, ...]:
        """Return hidden states ``(time, batch, units)`` and the last cell state.

        Args:
            ctx: what the backward pass needs.
            projected: ``(time, batch, 4 * units)``, inputs times kernel plus bias.
            kernel: ``(units, 4 * units)``, recurrent.
            hidden: ``(batch, units)``, before the first step, like ``cell``.
            cell: float32, because a memory of hundreds of notes is a sum of hundreds of small terms.
        """
        steps, batch, width = projected.shape
        units = width // 4
        hiddens = projected.new_empty(steps + 1, batch, units)
        cells = cell.new_empty(steps + 1, batch, units)
        bounded = projected.new_empty(steps, batch, units)
        gates = torch.empty_like(projected)
        hiddens[0], cells[0] = hidden, cell
        for step in range(steps):
            raw, now = torch.addmm(projected[step], hiddens[step], kernel), gates[step]
            torch.sigmoid(raw[:, : 2 * units], out=now[:, : 2 * units])
            torch.tanh(raw[:, 2 * units : 3 * units], out=now[:, 2 * units : 3 * units])
            torch.sigmoid(raw[:, 3 * units :], out=now[:, 3 * units :])
            into, forget, candidate, out = now.split(units, 1)
            torch.addcmul(forget * cells[step], into, candidate, out=cells[step + 1])
            bounded[step] = torch.tanh(cells[step + 1])
            torch.mul(out, bounded[step], out=hiddens[step + 1])
        ctx.save_for_backward(hiddens, cells, bounded, gates, kernel)
        ctx.mark_non_differentiable(cells)
        return hiddens[1:], cells[steps]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:
        """Gradients of ``forward``'s arguments; the last cell state is never differentiated."""
        hiddens, cells, bounded, gates, kernel = ctx.saved_tensors
        units = hiddens.shape[2]
        into, forget, candidate, out = gates.split(units, 2)
        # How each raw gate changes the cell (the output gate: the hidden state), for all steps at once.
        by_cell = torch.cat(
            [
                candidate * into * (1 - into),
                cells[:-1].to(gates.dtype) * forget * (1 - forget),
                into * (1 - candidate * candidate),
            ],
            dim=2,
        )
        by_hidden = bounded * out * (1 - out)
        cell_by_hidden = out * (1 - bounded * bounded)
        raw = torch.empty_like(gates)
        transposed = kernel.t().contiguous()
        by_state, of_cell = torch.zeros_like(hiddens[0]), torch.zeros_like(cells[0])
        for step in range(len(raw) - 1, -1, -1):
            of_hidden = gradients[0][step] + by_state
            of_cell = torch.addcmul(of_cell, of_hidden, cell_by_hidden[step])
            now = raw[step]
            parts = now[:, : 3 * units].view(-1, 3, units)
            torch.mul(of_cell.to(now.dtype)[:, None], by_cell[step].view(-1, 3, units), out=parts)
            torch.mul(of_hidden, by_hidden[step], out=now[:, 3 * units :])
            by_state = torch.mm(now, transposed)
            of_cell = of_cell * forget[step]
        of_kernel = torch.mm(hiddens[:-1].reshape(-1, units).t(), raw.reshape(-1, 4 * units))
        return raw, of_kernel, by_state, of_cell
