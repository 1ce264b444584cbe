//! The evidence: data, video, documents.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use serde_json::Value;
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

use super::{Client, malformed};
use crate::blob::BlobSource;
use crate::error::{ErrorKind, Operation, RaError};
use crate::transport::{Host, Upload};
use crate::types::{DocumentRecord, Id};
use crate::upload::{BodyPlan, DataEvidence, Pacing, Progress};

impl Client {
    /// Sends the data evidence: the pictures are read and encoded while they are sent. Sending again replaces.
    pub async fn upload_evidence(
        &self,
        video_pk: &Id,
        evidence: &DataEvidence,
        progress: Option<Progress>,
        cancel: &CancellationToken,
    ) -> Result<(), RaError> {
        self.upload_evidence_paced(video_pk, evidence, progress, Pacing::Normal, cancel)
            .await
    }

    pub(crate) async fn upload_evidence_paced(
        &self,
        video_pk: &Id,
        evidence: &DataEvidence,
        progress: Option<Progress>,
        pacing: Pacing,
        cancel: &CancellationToken,
    ) -> Result<(), RaError> {
        let operation = Operation::UploadEvidence;
        let plan = evidence.plan().map_err(|error| {
            RaError::new(operation, ErrorKind::InvalidInput, error.to_string()).with_source(error)
        })?;
        let url = self.api_url(operation, &["videoid", video_pk.as_str()])?;
        self.transport
            .upload(Upload {
                operation,
                method: Method::PUT,
                url,
                plan,
                progress,
                pacing,
                cancel,
            })
            .await?
            .accepted()
    }

    /// Sends the video to the video host. Sending again replaces.
    pub async fn upload_video(
        &self,
        video_identifier: &str,
        video: Arc<dyn BlobSource>,
        progress: Option<Progress>,
        cancel: &CancellationToken,
    ) -> Result<(), RaError> {
        self.upload_video_paced(video_identifier, video, progress, Pacing::Normal, cancel)
            .await
    }

    pub(crate) async fn upload_video_paced(
        &self,
        video_identifier: &str,
        video: Arc<dyn BlobSource>,
        progress: Option<Progress>,
        pacing: Pacing,
        cancel: &CancellationToken,
    ) -> Result<(), RaError> {
        let operation = Operation::UploadVideo;
        let plan = BodyPlan::multipart(&[], "video", "video.mp4", "video/mp4", video);
        // No `/api` in this path.
        let url = self.transport.url(
            operation,
            Host::Video,
            &["v1", "upload", "video", video_identifier],
        )?;
        self.transport
            .upload(Upload {
                operation,
                method: Method::POST,
                url,
                plan,
                progress,
                pacing,
                cancel,
            })
            .await?
            .accepted()
    }

    /// Streams the video into `sink`; returns its length in bytes. Told bytes received and bytes in all (0 where the
    /// server does not say).
    pub async fn download_video(
        &self,
        video_identifier: &str,
        sink: &mut (impl AsyncWrite + Unpin + Send),
        progress: Option<Progress>,
        cancel: &CancellationToken,
    ) -> Result<u64, RaError> {
        let operation = Operation::DownloadVideo;
        let url = self.api_url(operation, &["download", "video", video_identifier])?;
        let mut received = 0u64;
        self.transport
            .download(
                operation,
                url,
                cancel,
                async |chunk: Bytes, total: Option<u64>| -> io::Result<()> {
                    sink.write_all(&chunk).await?;
                    received += chunk.len() as u64;
                    if let Some(progress) = &progress {
                        progress(received, total.unwrap_or(0));
                    }
                    Ok(())
                },
            )
            .await?
            .success()?;
        sink.flush().await.map_err(|error| {
            RaError::new(operation, ErrorKind::LocalIo, error.to_string()).with_source(error)
        })?;
        Ok(received)
    }

    /// Adds a document of a kind (`document_front`, …) to the request.
    pub async fn upload_document(
        &self,
        pk: &Id,
        kind: &str,
        file_name: &str,
        mime: &str,
        document: Arc<dyn BlobSource>,
        cancel: &CancellationToken,
    ) -> Result<DocumentRecord, RaError> {
        let plan = BodyPlan::multipart(&[("type", kind)], "document", file_name, mime, document);
        self.upload_form(
            Operation::UploadDocument,
            pk,
            "pl_upload_document",
            plan,
            cancel,
        )
        .await
    }

    /// Adds another piece of VideoID evidence under a label of its own.
    pub async fn upload_videoid_document(
        &self,
        pk: &Id,
        label: &str,
        file_name: &str,
        mime: &str,
        document: Arc<dyn BlobSource>,
        cancel: &CancellationToken,
    ) -> Result<DocumentRecord, RaError> {
        let plan = BodyPlan::multipart(&[("label", label)], "document", file_name, mime, document);
        self.upload_form(
            Operation::UploadVideoIdDocument,
            pk,
            "upload_videoid_evidence",
            plan,
            cancel,
        )
        .await
    }

    async fn upload_form(
        &self,
        operation: Operation,
        pk: &Id,
        action: &str,
        plan: BodyPlan,
        cancel: &CancellationToken,
    ) -> Result<DocumentRecord, RaError> {
        let url = self.api_url(operation, &["requests", pk.as_str(), action])?;
        let upload = Upload {
            operation,
            method: Method::POST,
            url,
            plan,
            progress: None,
            pacing: Pacing::Normal,
            cancel,
        };
        self.transport.upload(upload).await?.json()
    }

    pub async fn documents(&self, pk: &Id) -> Result<Vec<DocumentRecord>, RaError> {
        let operation = Operation::ListDocuments;
        let value: Value = self
            .get(operation, &["requests", pk.as_str(), "pl_get_documents"])
            .await?;
        let list = match value {
            Value::Object(mut fields) => fields
                .remove("results")
                .or_else(|| fields.remove("documents")),
            list => Some(list),
        };
        list.and_then(|list| serde_json::from_value(list).ok())
            .ok_or_else(|| malformed(operation, "the answer is no list of documents"))
    }

    pub async fn delete_document(&self, pk: &Id, document: &Id) -> Result<(), RaError> {
        let path = ["requests", pk.as_str(), "pl_delete_document"];
        self.send_form(
            Operation::DeleteDocument,
            &path,
            &[("docpk", document.as_str())],
        )
        .await?
        .accepted()
    }
}
