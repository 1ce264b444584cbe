//! Reading a request for its review: the record, its pictures, and what this station has of it. Runs beside the
//! session.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use evidence::{AuditLine, Case, ImageKind};
use ra_api::{Client, DocumentRecord, FieldProblem, Id, RequestRecord};

use crate::contract::Failure;
use crate::contract::RequestAction;
use crate::desk::actions;
use crate::enrollment::{EVENTS_FILE, load};
use crate::ra;
use crate::store::{CaseStore, read_all};

/// Larger pictures are not decoded by any screen: 50 megapixels.
const MAX_PIXELS: u64 = 50_000_000;

/// A picture of the RA, as it came.
#[derive(Clone)]
pub(crate) struct StoredPicture {
    pub kind: ImageKind,
    pub mime: &'static str,
    pub bytes: Bytes,
    /// 0 × 0 where it cannot be decoded.
    pub width: u32,
    pub height: u32,
}

/// What this station has of the request.
pub(crate) struct OwnCase {
    pub case: Case,
    pub events: Vec<AuditLine>,
}

/// What a reading brings.
pub(crate) struct Reading {
    /// Without its pictures.
    pub record: Box<RequestRecord>,
    pub pictures: Vec<StoredPicture>,
    pub own: Option<OwnCase>,
    /// What is missing and attached, where the request waits for completion.
    pub completion: Option<(Vec<FieldProblem>, Vec<DocumentRecord>)>,
}

pub(crate) async fn read(
    client: &Client,
    pk: &Id,
    rao_id: Option<&Id>,
    store: Arc<dyn CaseStore>,
) -> Result<Reading, Failure> {
    let mut record = client
        .request(pk)
        .await
        .map(Box::new)
        .map_err(|error| ra::failure(&error))?;
    let content = record
        .videoid_data
        .as_ref()
        .and_then(ra_api::VideoIdData::content);
    if let Some(fields) = record
        .videoid_data
        .as_mut()
        .and_then(|videoid| videoid.data.as_mut())
        .and_then(serde_json::Value::as_object_mut)
    {
        fields.remove("images");
    }
    let images = content.map(|content| content.images).unwrap_or_default();
    let shown = images.is_empty();
    let mut pictures = in_background(move || {
        ImageKind::ALL
            .into_iter()
            .filter_map(|kind| decoded(kind, images.get(kind.key())?))
            .collect::<Vec<_>>()
    })
    .await;
    if shown && let Some(rao_id) = rao_id {
        pictures = documents(client, pk, rao_id).await;
    }
    let completion = match completable(&record) {
        true => Some((
            client
                .missing_fields(pk)
                .await
                .map_err(|error| ra::failure(&error))?,
            client
                .documents(pk)
                .await
                .map_err(|error| ra::failure(&error))?,
        )),
        false => None,
    };
    let number = pk.to_string();
    let own = in_background(move || own_case(store.as_ref(), &number)).await;
    Ok(Reading {
        record,
        pictures,
        own,
        completion,
    })
}

fn completable(record: &RequestRecord) -> bool {
    let videoid = record
        .videoid_data
        .as_ref()
        .and_then(|videoid| videoid.status.as_ref());
    actions::allowed(RequestAction::Complete, &record.status, videoid)
}

async fn in_background<T: Default + Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => {
            tracing::error!(%error, "a piece of a review could not be prepared");
            T::default()
        }
    }
}

/// The pictures of an RA that does not show them with the request; the portrait is not among its documents.
async fn documents(client: &Client, pk: &Id, rao_id: &Id) -> Vec<StoredPicture> {
    let mut pictures = Vec::new();
    for kind in [
        ImageKind::DocumentFront,
        ImageKind::DocumentRear,
        ImageKind::DocumentOwner,
    ] {
        match client.document(pk, kind.key(), rao_id).await {
            Ok(found) => {
                pictures.extend(
                    found
                        .into_iter()
                        .next()
                        .map(|document| stored(kind, document.bytes)),
                );
            }
            // A side that the document does not have is no fault.
            Err(error) => {
                tracing::debug!(%error, kind = kind.key(), "the RA gives no such picture")
            }
        }
    }
    pictures
}

fn decoded(kind: ImageKind, base64: &str) -> Option<StoredPicture> {
    let text: String = base64.split_ascii_whitespace().collect();
    // A prefix is against the API's form, and seen in the wild.
    let plain = match text.split_once(";base64,") {
        Some((_, plain)) => plain,
        None => &text,
    };
    if plain.is_empty() {
        return None;
    }
    Some(stored(kind, STANDARD.decode(plain).unwrap_or_default()))
}

fn stored(kind: ImageKind, bytes: Vec<u8>) -> StoredPicture {
    let format = image::guess_format(&bytes).ok();
    let mime = match format {
        Some(image::ImageFormat::Jpeg) => "image/jpeg",
        Some(image::ImageFormat::Png) => "image/png",
        _ => "application/octet-stream",
    };
    let size = format
        .filter(|_| mime != "application/octet-stream")
        .and_then(|format| {
            image::ImageReader::with_format(std::io::Cursor::new(&bytes), format)
                .into_dimensions()
                .ok()
        })
        .filter(|(width, height)| u64::from(*width) * u64::from(*height) <= MAX_PIXELS);
    let (width, height) = size.unwrap_or((0, 0));
    StoredPicture {
        kind,
        mime,
        bytes: bytes.into(),
        width,
        height,
    }
}

/// The newest case of this station for the request, with its record of events.
pub(crate) fn own_case(store: &dyn CaseStore, pk: &str) -> Option<OwnCase> {
    let case = store
        .list()
        .unwrap_or_default()
        .iter()
        .filter_map(|id| load(store, id).ok())
        .filter(|case| {
            case.request
                .as_ref()
                .is_some_and(|request| request.pk == pk)
        })
        .max_by_key(|case| case.started_at)?;
    let text = read_all(store, &case.case_id, EVENTS_FILE).unwrap_or_default();
    let events = String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    Some(OwnCase { case, events })
}

/// The numbers of all requests that were captured on this station.
pub(crate) fn own_requests(store: &dyn CaseStore) -> std::collections::HashSet<String> {
    store
        .list()
        .unwrap_or_default()
        .iter()
        .filter_map(|id| load(store, id).ok()?.request)
        .map(|request| request.pk)
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        image::DynamicImage::new_luma8(width, height)
            .write_to(&mut out, image::ImageFormat::Png)
            .unwrap();
        out.into_inner()
    }

    #[test]
    fn pictures_come_in_both_forms_of_base64() {
        let text = STANDARD.encode(png(7, 5));
        for form in [
            text.clone(),
            format!("data:image/png;base64,{text}"),
            text.as_bytes()
                .chunks(20)
                .map(|line| format!("{}\n", String::from_utf8_lossy(line)))
                .collect(),
        ] {
            let picture = decoded(ImageKind::DocumentFront, &form).unwrap();
            assert_eq!(
                (picture.width, picture.height, picture.mime),
                (7, 5, "image/png")
            );
        }
    }

    #[test]
    fn what_is_no_picture_is_kept_and_named_so() {
        for bad in [
            "!!!!",
            &STANDARD.encode("<svg onload=alert(1)>"),
            &STANDARD.encode([0xff, 0xd8, 0xff, 0xe0]),
        ] {
            let picture = decoded(ImageKind::DocumentFront, bad).unwrap();
            assert_eq!((picture.width, picture.height), (0, 0), "{bad}");
            assert_ne!(picture.mime, "image/svg+xml");
        }
        assert!(decoded(ImageKind::DocumentFront, " ").is_none());
    }

    #[test]
    fn a_bomb_is_not_announced_as_a_picture() {
        // The size stands in the header: nothing is decoded to find it.
        let mut bytes = png(1, 1);
        bytes[16..24].copy_from_slice(&[0, 0, 0x4e, 0x20, 0, 0, 0x4e, 0x20]);
        let picture = stored(ImageKind::DocumentFront, bytes);
        assert_eq!((picture.width, picture.height), (0, 0));
    }
}
