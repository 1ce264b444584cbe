//! The contract: a small, real PDF of one page.

use crate::record::RequestRecord;

/// Text of a PDF string in Latin-1, as the standard fonts have it; other letters become `?`.
fn pdf_string(text: &str) -> Vec<u8> {
    let mut bytes = vec![b'('];
    for letter in text.chars() {
        let code = u8::try_from(u32::from(letter)).unwrap_or(b'?');
        if matches!(code, b'(' | b')' | b'\\') {
            bytes.push(b'\\');
        }
        bytes.push(if code < 0x20 { b' ' } else { code });
    }
    bytes.push(b')');
    bytes
}

pub fn contract(request: &RequestRecord) -> Vec<u8> {
    let field = |name: &str| request.field(name).unwrap_or("-").to_string();
    let lines = [
        "MOCK CONTRACT - training, not legally binding".to_string(),
        format!("Request: {}", request.pk),
        format!(
            "Subscriber: {} {} {}",
            field("given_name"),
            field("surname_1"),
            field("surname_2")
        ),
        format!(
            "Document: {} {}",
            field("id_document_type"),
            field("serial_number")
        ),
        format!("Profile: {}", field("profile")),
        format!("E-mail: {}", field("email")),
        "The subscriber accepts the terms and conditions of the certification service.".to_string(),
    ];
    let mut content = b"BT /F1 12 Tf 56 780 Td 20 TL\n".to_vec();
    for line in lines {
        content.extend(pdf_string(&line));
        content.extend(b" Tj T*\n");
    }
    content.extend(b"ET");
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend(content);
    stream.extend(b"\nendstream");
    let objects: [Vec<u8>; 5] = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_vec(),
        stream,
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend(format!("{} 0 obj\n", index + 1).bytes());
        pdf.extend(object);
        pdf.extend(b"\nendobj\n");
    }
    let start = pdf.len();
    let count = objects.len() + 1;
    pdf.extend(format!("xref\n0 {count}\n{table}trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    pdf
}
