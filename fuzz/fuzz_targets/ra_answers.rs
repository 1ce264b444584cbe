#![no_main]

use libfuzzer_sys::fuzz_target;
use ra_api::{
    Decision, Page, Rao, Receipt, RequestRecord, RequestSummary, Scratchcard, WebhookEvent,
};

fn record(record: &RequestRecord) {
    let _ = (record.created(), record.video_target());
    if let Some(videoid) = &record.videoid_data {
        let _ = (videoid.content(), videoid.data_presence());
    }
    let again = serde_json::to_vec(record).expect("what was read is written");
    let again: RequestRecord = serde_json::from_slice(&again).expect("and read again");
    assert_eq!((&again.pk, &again.status), (&record.pk, &record.status));
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(one) = serde_json::from_slice::<RequestRecord>(bytes) {
        record(&one);
    }
    if let Ok(page) = serde_json::from_slice::<Page<RequestRecord>>(bytes) {
        page.results.iter().for_each(record);
    }
    let _ = serde_json::from_slice::<RequestSummary>(bytes);
    let _ = serde_json::from_slice::<Page<RequestSummary>>(bytes);
    let _ = serde_json::from_slice::<Page<Scratchcard>>(bytes);
    let _ = serde_json::from_slice::<Scratchcard>(bytes);
    let _ = serde_json::from_slice::<Decision>(bytes);
    let _ = serde_json::from_slice::<Receipt>(bytes);
    let _ = serde_json::from_slice::<Rao>(bytes);
    let _ = serde_json::from_slice::<WebhookEvent>(bytes);
});
