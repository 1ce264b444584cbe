//! The reader of straightened lines: a small convolutional network, trained by `training/mrz_train.py`.

use std::sync::{Arc, OnceLock};

use rten::{Model, RunOptions, ThreadPool, Value};
use thiserror::Error;

/// Size of a straightened line: its height, and the pixels from letter to letter that the network is trained for.
pub(super) const STRIP_HEIGHT: usize = 24;
pub(super) const STRIP_PITCH: f32 = 12.0;
/// Pixels of the strip to one column of the network's output.
pub(super) const STRIDE: usize = 2;
/// What a column may be: these, or no letter's middle (the class after the last).
pub(super) const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";
pub(super) const CLASSES: usize = LETTERS.len() + 1;

static MODEL_FILE: &[u8] = include_bytes!("../../models/mrz.onnx");

#[derive(Debug, Error)]
pub enum MrzModelError {
    #[error("the model that reads machine-readable zones cannot be loaded")]
    Load(#[source] Arc<rten::LoadError>),
    #[error("the model that reads machine-readable zones cannot be run")]
    Run(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the model that reads machine-readable zones gave a result of the wrong shape")]
    Shape,
}

struct Net {
    model: Model,
    pool: Arc<ThreadPool>,
}

fn net() -> Result<&'static Net, MrzModelError> {
    static NET: OnceLock<Result<Net, Arc<rten::LoadError>>> = OnceLock::new();
    NET.get_or_init(|| {
        let model = Model::load_static_slice(MODEL_FILE).map_err(Arc::new)?;
        Ok(Net {
            model,
            pool: Arc::new(ThreadPool::with_num_threads(1)),
        })
    })
    .as_ref()
    .map_err(|e| MrzModelError::Load(e.clone()))
}

/// Probabilities by column, [`CLASSES`] for each, of a strip of [`STRIP_HEIGHT`] rows of `w` (even) pixels.
pub(super) fn columns(strip: &[f32], w: usize) -> Result<Vec<[f32; CLASSES]>, MrzModelError> {
    let net = net()?;
    let n = strip.len().max(1) as f32;
    let mean = strip.iter().sum::<f32>() / n;
    let deviation = (strip.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt() + 4.0;
    let input: Vec<f32> = strip.iter().map(|v| (v - mean) / deviation).collect();
    let input = Value::from_shape([1, 1, STRIP_HEIGHT, w].as_slice(), input)
        .map_err(|e| MrzModelError::Run(Box::new(e)))?;
    let options = RunOptions::default().with_thread_pool(Some(net.pool.clone()));
    let out = net
        .model
        .run_one(input.into(), Some(options))
        .map_err(|e| MrzModelError::Run(e.to_string().into()))?;
    let ([_, classes, _, count], scores) = out
        .into_shape_vec::<f32, 4>()
        .map_err(|e| MrzModelError::Run(Box::new(e)))?;
    if classes != CLASSES || count * STRIDE != w {
        return Err(MrzModelError::Shape);
    }
    let column = |c: usize| {
        let mut p = [0.0f32; CLASSES];
        for (class, v) in p.iter_mut().enumerate() {
            *v = scores[class * count + c];
        }
        let top = p.iter().copied().fold(f32::MIN, f32::max);
        let mut sum = 0.0;
        for v in &mut p {
            *v = (*v - top).exp();
            sum += *v;
        }
        p.map(|v| v / sum)
    };
    Ok((0..count).map(column).collect())
}
