//! Running a network: floats of a shape in, floats of a shape out, on one thread.

use std::sync::{Arc, OnceLock};

use rten::{Model, NodeId, RunOptions, ThreadPool, Value};

use crate::models::ModelError;

pub(crate) struct Network {
    name: &'static str,
    model: Model,
    input: NodeId,
}

/// Values in rows of `last`, the length of the shape's last dimension.
pub(crate) struct Output {
    pub last: usize,
    pub values: Vec<f32>,
}

impl Network {
    /// `onnx` is the model's file; `name` is for errors.
    pub fn load(name: &'static str, onnx: Vec<u8>) -> Result<Network, ModelError> {
        let failed = |reason: String| ModelError::Load { file: name, reason };
        let model = Model::load(onnx).map_err(|e| failed(e.to_string()))?;
        let input = *model
            .input_ids()
            .first()
            .ok_or_else(|| failed("it takes no input".to_owned()))?;
        Ok(Network { name, model, input })
    }

    /// The outputs of these names, in this order; each has three dimensions.
    pub fn run(
        &self,
        shape: &[usize],
        input: Vec<f32>,
        outputs: &[&str],
    ) -> Result<Vec<Output>, ModelError> {
        let results = self.values(shape, input, outputs)?.into_iter();
        results
            .map(|value| match value.into_shape_vec::<f32, 3>() {
                Ok(([_, _, last], values)) => Ok(Output { last, values }),
                Err(_) => Err(ModelError::Shape { file: self.name }),
            })
            .collect()
    }

    /// The same of outputs that are pictures: batch, channel, row, column.
    pub fn run_to_maps(
        &self,
        shape: &[usize],
        input: Vec<f32>,
        outputs: &[&str],
    ) -> Result<Vec<Output>, ModelError> {
        let results = self.values(shape, input, outputs)?.into_iter();
        results
            .map(|value| match value.into_shape_vec::<f32, 4>() {
                Ok(([_, _, _, last], values)) => Ok(Output { last, values }),
                Err(_) => Err(ModelError::Shape { file: self.name }),
            })
            .collect()
    }

    fn values(
        &self,
        shape: &[usize],
        input: Vec<f32>,
        outputs: &[&str],
    ) -> Result<Vec<Value>, ModelError> {
        let failed = |reason: String| ModelError::Run {
            file: self.name,
            reason,
        };
        let nodes = outputs
            .iter()
            .map(|name| self.model.node_id(name))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| failed(e.to_string()))?;
        let input = Value::from_shape(shape, input).map_err(|e| failed(e.to_string()))?;
        let options = RunOptions::default().with_thread_pool(Some(one_thread()));
        self.model
            .run(vec![(self.input, input.into())], &nodes, Some(options))
            .map_err(|e| failed(e.to_string()))
    }
}

/// Capture and recording need the other core.
fn one_thread() -> Arc<ThreadPool> {
    static POOL: OnceLock<Arc<ThreadPool>> = OnceLock::new();
    POOL.get_or_init(|| Arc::new(ThreadPool::with_num_threads(1)))
        .clone()
}
