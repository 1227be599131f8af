"""all-MiniLM-L6-v2 as an ONNX graph, built from its published weights.

The architecture is BERT's (Devlin et al. 2019, https://arxiv.org/abs/1810.04805) with six layers, then the mean of the
token vectors and a unit norm, as Sentence-BERT pools them (Reimers and Gurevych 2019, https://arxiv.org/abs/1908.10084).
Building the graph ourselves spares every installation PyTorch, which a conversion would need.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper

Weights = Mapping[str, npt.NDArray[np.float32]]
"""Tensors by the names that the published checkpoint gives them."""

LAYERS = 6
HEADS = 12
WIDTH = 384
HEAD_WIDTH = WIDTH // HEADS
_EPSILON = 1e-12  # of BERT's layer norms
_MASKED = float(np.finfo(np.float32).min)  # added to the attention of padding
_OPSET = 20  # the first with Gelu
_IR_VERSION = 9  # the one that belongs to this opset; newer ones need newer run-times


@dataclass
class _Graph:
    """A graph under construction: each method adds a node and returns its output's name."""

    weights: Weights
    nodes: list[NodeProto] = field(default_factory=list)
    tensors: dict[str, TensorProto] = field(default_factory=dict)

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        self.tensors.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name].astype(np.float32))

    def dense(self, x: str, name: str) -> str:
        transposed = self.constant(f"{name}.weight.T", self.weights[f"{name}.weight"].T)
        return self.op("Add", self.op("MatMul", x, transposed), self.weight(f"{name}.bias"))

    def norm(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", x, scale, bias, axis=-1, epsilon=_EPSILON)

    def heads(self, x: str, order: tuple[int, ...]) -> str:
        shape = self.constant("heads", np.array([0, 0, HEADS, HEAD_WIDTH], np.int64))
        return self.op("Transpose", self.op("Reshape", x, shape), perm=list(order))

    def layer(self, x: str, bias: str, number: int) -> str:
        prefix = f"encoder.layer.{number}"
        attended = self.attention(x, bias, f"{prefix}.attention.self")
        attended = self.dense(attended, f"{prefix}.attention.output.dense")
        x = self.norm(self.op("Add", x, attended), f"{prefix}.attention.output.LayerNorm")
        inner = self.op("Gelu", self.dense(x, f"{prefix}.intermediate.dense"))
        inner = self.dense(inner, f"{prefix}.output.dense")
        return self.norm(self.op("Add", x, inner), f"{prefix}.output.LayerNorm")

    def attention(self, x: str, bias: str, prefix: str) -> str:
        query = self.heads(self.dense(x, f"{prefix}.query"), (0, 2, 1, 3))
        key = self.heads(self.dense(x, f"{prefix}.key"), (0, 2, 3, 1))
        value = self.heads(self.dense(x, f"{prefix}.value"), (0, 2, 1, 3))
        scale = self.constant("scale", np.array(HEAD_WIDTH**-0.5, np.float32))
        scores = self.op("Mul", self.op("MatMul", query, key), scale)
        weights = self.op("Softmax", self.op("Add", scores, bias), axis=-1)
        context = self.op("Transpose", self.op("MatMul", weights, value), perm=[0, 2, 1, 3])
        shape = self.constant("joined", np.array([0, 0, WIDTH], np.int64))
        return self.op("Reshape", context, shape)

    def embed(self) -> str:
        words = self.op("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids")
        # Single sentences only: every token is of type 0, so its vector is a constant.
        types = self.weights["embeddings.token_type_embeddings.weight"][0]
        length = self.op(
            "Gather", self.op("Shape", "input_ids"), self.constant("one", np.array([1], np.int64))
        )
        positions = self.op(
            "Slice",
            self.weight("embeddings.position_embeddings.weight"),
            self.constant("zero", np.array([0], np.int64)),
            length,
        )
        x = self.op("Add", self.op("Add", words, positions), self.constant("type", types))
        return self.norm(x, "embeddings.LayerNorm")

    def pool(self, x: str, mask: str) -> str:
        last = self.constant("last", np.array([-1], np.int64))
        token_axis = self.constant("one", np.array([1], np.int64))
        kept = self.op("Unsqueeze", mask, last)
        total = self.op("ReduceSum", self.op("Mul", x, kept), token_axis, keepdims=0)
        mean = self.op("Div", total, self.op("ReduceSum", kept, token_axis, keepdims=0))
        return self.op("Div", mean, self.op("ReduceL2", mean, last, keepdims=1))


def build_graph(weights: Weights) -> ModelProto:
    """The encoder as an ONNX model.

    Inputs `input_ids` and `attention_mask`, int64 of shape (batch, tokens); output `vectors`, float32 of shape
    (batch, 384), unit length. Raises KeyError when a tensor is missing.
    """
    graph = _Graph(weights)
    mask = graph.op("Cast", "attention_mask", to=TensorProto.FLOAT)
    one = graph.constant("onef", np.array(1.0, np.float32))
    masked = graph.constant("masked", np.array(_MASKED, np.float32))
    axes = graph.constant("axes", np.array([1, 2], np.int64))
    bias = graph.op("Mul", graph.op("Sub", one, graph.op("Unsqueeze", mask, axes)), masked)
    x = graph.embed()
    for number in range(LAYERS):
        x = graph.layer(x, bias, number)
    graph.nodes.append(helper.make_node("Identity", [graph.pool(x, mask)], ["vectors"]))
    shape = ["batch", "tokens"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, shape),
            ],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", WIDTH])],
            list(graph.tensors.values()),
        ),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        producer_name="claimdesk",
    )
    model.ir_version = _IR_VERSION
    checker.check_model(model)
    return model
