//! What a large upload adds to the process's memory. Alone in its program, so that no other test adds to it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::{self, Read};
use std::sync::Arc;

use ra_api::{BlobSource, BytesBlob, DataEvidence};
use support::{answer, client, finish, listen, read_head};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

const VIDEO_BYTES: u64 = 1 << 30;
const ALLOWED_KIB: u64 = 32 * 1024;

struct Zeros(u64);

impl BlobSource for Zeros {
    fn len(&self) -> u64 {
        self.0
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::repeat(0).take(self.0)))
    }
}

/// Highest memory of this process so far, in KiB.
#[cfg(target_os = "linux")]
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_video_of_1_gib_adds_less_than_32_mib() {
    let url = listen(|mut stream| async move {
        let mut buffer = vec![0; 256 * 1024];
        while let Some((head, rest)) = read_head(&mut stream).await {
            let mut left = head.length() - rest.len();
            while left > 0 {
                let n = stream.read(&mut buffer).await.unwrap();
                assert!(n > 0, "the upload ended early");
                left -= n;
            }
            stream
                .write_all(answer(200, "", "").as_bytes())
                .await
                .unwrap();
            stream.flush().await.unwrap();
        }
        finish(&mut stream).await;
    })
    .await;
    let client = client(&url);
    let cancel = CancellationToken::new();
    client
        .upload_video(
            "warm-up",
            Arc::new(BytesBlob::new(vec![0; 1 << 20])),
            None,
            &cancel,
        )
        .await
        .unwrap();

    let before = peak_kib();
    client
        .upload_video("id", Arc::new(Zeros(VIDEO_BYTES)), None, &cancel)
        .await
        .unwrap();
    let video = peak_kib() - before;
    assert!(video < ALLOWED_KIB, "the video added {video} KiB");

    // Pictures are encoded while they are sent: neither they nor their base64 are ever whole in memory.
    let evidence = DataEvidence {
        acceptance: Default::default(),
        ocr_data: Default::default(),
        security_checks: Default::default(),
        similarity_level: None,
        images: vec![("document_front".into(), Arc::new(Zeros(VIDEO_BYTES / 4)))],
        extra: Default::default(),
    };
    let before = peak_kib();
    client
        .upload_evidence(&1.into(), &evidence, None, &cancel)
        .await
        .unwrap();
    let pictures = peak_kib() - before;
    assert!(pictures < ALLOWED_KIB, "the pictures added {pictures} KiB");
    println!("1 GiB video: {video} KiB; 256 MiB of pictures: {pictures} KiB");
}
