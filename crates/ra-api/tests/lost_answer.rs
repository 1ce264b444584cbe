//! A server that refuses in the middle of an upload and resets the connection at once: the failing write may hide the
//! answer. The delivery's next attempt is paced so that it does not.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ra_api::delivery::{DeliveryError, OnEvent, RetryPolicy, deliver};
use ra_api::{BlobSource, DataEvidence, ErrorKind, Id};
use support::{answer, client, listen, read_body, read_head};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

const LIMIT_BYTES: usize = 3_000_000;

struct Zeros;

impl BlobSource for Zeros {
    fn len(&self) -> u64 {
        256 << 20
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::repeat(0).take(self.len())))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_in_the_middle_with_a_reset_is_found_out() {
    let uploads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&uploads);
    let url = listen(move |mut stream| {
        let uploads = Arc::clone(&counted);
        async move {
            while let Some((head, rest)) = read_head(&mut stream).await {
                if head.path().starts_with("/v1/upload/") {
                    uploads.fetch_add(1, Ordering::SeqCst);
                    let mut body = vec![0; LIMIT_BYTES - rest.len()];
                    stream.read_exact(&mut body).await.unwrap();
                    let refusal = r#"{"title":"Upload Video Error","description":"Too large"}"#;
                    stream.write_all(answer(413, "", refusal).as_bytes()).await.unwrap();
                    // Dropped with unread bytes: a reset follows the answer at once.
                    return;
                }
                read_body(&mut stream, &head, rest).await.unwrap();
                let record = r#"{"pk":5,"status":"VIDEOINCOMPLETE",
                    "videoid_data":{"pk":9,"video_identifier":"v","data":{"images":{"a":"AA=="}}}}"#;
                stream.write_all(answer(200, "", record).as_bytes()).await.unwrap();
            }
        }
    })
    .await;
    let policy = RetryPolicy {
        first_wait: Duration::from_millis(5),
        ..RetryPolicy::default()
    };
    let evidence = DataEvidence {
        acceptance: Default::default(),
        ocr_data: Default::default(),
        security_checks: Default::default(),
        similarity_level: None,
        images: vec![],
        extra: Default::default(),
    };
    let video: Arc<dyn BlobSource> = Arc::new(Zeros);
    let on_event: OnEvent = Arc::new(|_| {});
    let rounds = 8;
    for _ in 0..rounds {
        let client = client(&url);
        let error = deliver(
            &client,
            &Id::from(5),
            &evidence,
            &video,
            &policy,
            &on_event,
            &CancellationToken::new(),
        )
        .await
        .unwrap_err();
        assert!(
            matches!(&error, DeliveryError::Ra(error) if error.kind() == ErrorKind::Http && error.status() == Some(413)),
            "{error}"
        );
    }
    let uploads = uploads.load(Ordering::SeqCst);
    println!("{uploads} uploads until {rounds} refusals were read");
    assert!(
        uploads < 3 * rounds,
        "the second attempt must read the refusal: {uploads} uploads"
    );
}
