//! The web page: what arrived, for the eyes of an integrator.

use std::fmt::Write;

use axum::extract::State;
use axum::response::Html;

use crate::app::Mock;
use crate::record::{Call, RequestRecord};

/// The page shows the last ones of each.
const SHOWN_REQUESTS: usize = 50;
const SHOWN_CALLS: usize = 100;

const STYLE: &str = "
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:0 1rem 4rem}
header{display:flex;gap:1rem;align-items:center;border-bottom:1px solid var(--line);margin-bottom:1rem}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}
.mark{background:#b45309;color:#fff;border-radius:.3rem;padding:.1rem .6rem;font-weight:600}
article{border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin:1rem 0}
article h3{margin:0 0 .5rem;font-size:1rem;display:flex;gap:.6rem;align-items:center;flex-wrap:wrap}
.state{border-radius:1rem;padding:.05rem .7rem;background:#475569;color:#fff;font-size:.85rem}
.VIDEOREVIEW,.ENROLLREADY{background:#15803d}.VIDEOERROR,.CANCELLED{background:#b91c1c}.VIDEOINCOMPLETE{background:#a16207}
.reasons{color:#b91c1c;margin:.3rem 0}.evidence{display:flex;flex-wrap:wrap;gap:1rem}
figure{margin:0}figure img,video{height:11rem;border-radius:.3rem;background:var(--soft)}
figcaption,small{opacity:.75;font-size:.85rem}
table{border-collapse:collapse;width:100%;font-size:.85rem}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid var(--line)}
";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

pub async fn page(State(mock): State<Mock>) -> Html<String> {
    let title = escaped(&mock.0.config.title);
    let mut html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style><header><h1>Registration Authority</h1>\
         <span class=mark>{title}</span></header><p>Nothing here is real: requests, evidence and certificates are for \
         training and tests. Webhooks go to http:// addresses only.</p><h2>Requests</h2>"
    );
    let store = mock.0.store();
    if store.requests.is_empty() {
        html.push_str("<p>None yet.</p>");
    }
    for request in store.requests.values().rev().take(SHOWN_REQUESTS) {
        html.push_str(&article(request));
    }
    drop(store);
    html.push_str(
        "<h2>Calls</h2><table><tr><th>Time<th>Call<th>Path<th>Status<th>ms<th>Faults</tr>",
    );
    for call in mock.0.calls().iter().rev().take(SHOWN_CALLS) {
        html.push_str(&row(call));
    }
    html.push_str("</table></html>");
    Html(html)
}

fn article(request: &RequestRecord) -> String {
    let mut html = String::new();
    let field = |name: &str| escaped(request.field(name).unwrap_or_default());
    // Writing to a String cannot fail.
    let _ = write!(
        html,
        "<article><h3>Request {} <span class=\"state {status}\">{status}</span> {} {} {}</h3>\
         <small>created {} · {} · scratchcard {}</small>",
        request.pk,
        field("given_name"),
        field("surname_1"),
        field("surname_2"),
        request.created,
        field("profile"),
        request.scratchcard,
        status = escaped(&request.status),
    );
    if let Some(videoid) = &request.videoid {
        let _ = write!(
            html,
            "<br><small>VideoID {} · {}</small>",
            videoid.pk,
            escaped(&videoid.status)
        );
        for reason in videoid.reasons.iter().chain(&videoid.refusal_reason) {
            let _ = write!(html, "<p class=reasons>{}</p>", escaped(reason));
        }
        html.push_str("<div class=evidence>");
        for (name, image) in &videoid.images {
            let source = format!("/_mock/requests/{}/{}", request.pk, escaped(name));
            let _ = write!(
                html,
                "<figure><a href=\"{source}\"><img src=\"{source}\" alt=\"{0}\" loading=lazy></a>\
                 <figcaption>{0}<br>{1}×{2}, {3} bytes</figcaption></figure>",
                escaped(name),
                image.width,
                image.height,
                image.bytes,
            );
        }
        if let Some(video) = &videoid.video {
            let _ = write!(
                html,
                "<figure><video controls preload=metadata src=\"/_mock/requests/{}/video\"></video>\
                 <figcaption>video<br>{} bytes</figcaption></figure>",
                request.pk, video.bytes,
            );
        }
        html.push_str("</div>");
    }
    let states: Vec<String> = request
        .history
        .iter()
        .map(|change| escaped(&change.status))
        .collect();
    let _ = write!(html, "<p><small>{}</small></p>", states.join(" → "));
    for sent in &request.webhooks {
        let _ = write!(
            html,
            "<small>webhook {}: {}</small><br>",
            escaped(&sent.status),
            escaped(&sent.outcome)
        );
    }
    html.push_str("</article>");
    html
}

fn row(call: &Call) -> String {
    format!(
        "<tr><td>{}<td>{}<td>{} {}<td>{}<td>{}<td>{}</tr>",
        call.date,
        call.operation,
        call.method,
        escaped(&call.path),
        call.status
            .map_or("reset".to_string(), |status| status.to_string()),
        call.duration_ms,
        call.faults.join(", "),
    )
}
