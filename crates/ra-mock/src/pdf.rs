//! The contract: a small, real PDF of two pages.

use crate::record::RequestRecord;

/// Mean width of a letter of Helvetica, in parts of its size; enough to break lines by.
const LETTER_WIDTH: f32 = 0.5;
const LEFT: f32 = 64.0;
const WIDTH: f32 = 595.0 - 2.0 * LEFT;

/// A code of WinAnsi, in which the standard fonts are written; other letters become `?`.
fn code(letter: char) -> u8 {
    match letter {
        '—' => 0x97,
        '–' => 0x96,
        '€' => 0x80,
        '’' => 0x92,
        ' '..='~' | '\u{a0}'..='\u{ff}' => u32::from(letter) as u8,
        _ => b'?',
    }
}

fn pdf_string(text: &str) -> Vec<u8> {
    let mut bytes = vec![b'('];
    for byte in text.chars().map(code) {
        if matches!(byte, b'(' | b')' | b'\\') {
            bytes.push(b'\\');
        }
        bytes.push(byte);
    }
    bytes.push(b')');
    bytes
}

/// One page's drawing instructions, written from the top down.
struct Page {
    content: Vec<u8>,
    y: f32,
}

impl Page {
    fn new(number: usize, of: usize, request: &RequestRecord) -> Self {
        let mut page = Page {
            content: Vec::new(),
            y: 800.0,
        };
        // A band that nobody takes for anything else.
        page.draw("0.96 0.71 0.20 rg 0 812 595 30 re f 0 g\n");
        page.put(
            "F2",
            11.0,
            LEFT,
            822.0,
            "MOCK — training, not legally binding",
        );
        page.draw("0.6 G 64 44 m 531 44 l S 0 G\n");
        let foot = format!("Request {} · page {number} of {of}", request.pk);
        page.put("F1", 9.0, LEFT, 30.0, &foot);
        page.y = 770.0;
        page
    }

    fn draw(&mut self, instructions: &str) {
        self.content.extend(instructions.bytes());
    }

    fn put(&mut self, font: &str, size: f32, x: f32, y: f32, text: &str) {
        self.draw(&format!("BT /{font} {size} Tf {x} {y} Td "));
        self.content.extend(pdf_string(text));
        self.draw(" Tj ET\n");
    }

    fn title(&mut self, text: &str) {
        self.put("F2", 20.0, LEFT, self.y, text);
        self.y -= 34.0;
    }

    fn heading(&mut self, text: &str) {
        self.y -= 10.0;
        self.put("F2", 12.0, LEFT, self.y, text);
        self.y -= 20.0;
    }

    fn row(&mut self, label: &str, value: &str) {
        self.put("F1", 10.5, LEFT, self.y, label);
        self.put("F2", 10.5, LEFT + 150.0, self.y, value);
        self.y -= 18.0;
    }

    fn paragraph(&mut self, text: &str) {
        let most = (WIDTH / (10.5 * LETTER_WIDTH)) as usize;
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > most {
                self.line(&std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&line);
        self.y -= 8.0;
    }

    fn line(&mut self, text: &str) {
        self.put("F1", 10.5, LEFT, self.y, text);
        self.y -= 15.0;
    }
}

const TERMS: [(&str, &str); 5] = [
    (
        "1. Object",
        "The provider issues to the subscriber an electronic certificate of the profile named on the first page, once the \
         registration authority has verified the subscriber's identity and approved the request.",
    ),
    (
        "2. Identification",
        "The subscriber was identified by video, with an identity document on both sides, a portrait and a recorded \
         challenge. The subscriber accepts that this evidence is kept for as long as the law asks.",
    ),
    (
        "3. Duties of the subscriber",
        "The subscriber keeps the activation data secret, uses the certificate within its limits, and asks for its \
         revocation at once where the activation data may be known to others or where a certified fact has changed.",
    ),
    (
        "4. Duties of the provider",
        "The provider keeps the state of the certificate public, revokes it on request, and answers for damage within the \
         limits that its certification practice statement sets.",
    ),
    (
        "5. Data protection",
        "The data are processed to issue and manage the certificate. Access, rectification and erasure can be asked for at \
         the registration authority's address.",
    ),
];

/// The contract that goes with a request.
pub fn contract(request: &RequestRecord) -> Vec<u8> {
    let field = |name: &str| request.field(name).unwrap_or("—").to_string();
    let name = ["given_name", "surname_1", "surname_2"]
        .map(|name| request.field(name).unwrap_or_default())
        .join(" ");
    let mut first = Page::new(1, 2, request);
    first.title("Certification service contract");
    first.heading("Subscriber");
    first.row("Name", name.trim());
    first.row(
        "Identity document",
        &format!(
            "{} {} ({})",
            field("id_document_type"),
            field("serial_number"),
            field("id_document_country")
        ),
    );
    first.row("E-mail", &field("email"));
    first.row("Mobile phone", &field("mobile_phone_number"));
    if !request.is_natural_person() {
        first.heading("Organisation");
        first.row("Name", &field("organization_name"));
        first.row("Tax number", &field("organization_tax_number"));
        first.row("Country", &field("organization_country"));
    }
    first.heading("Certificate");
    first.row("Profile", &field("profile"));
    first.row(
        "Registration authority",
        &request.registration_authority.to_string(),
    );
    first.row("Scratchcard", &request.scratchcard.to_string());
    first.heading("Agreement");
    first.paragraph(
        "The subscriber named above asks for the certificate named above and accepts the terms on the second page. The \
         registration authority's officer declares to have verified the identity and the data of the request.",
    );
    let mut second = Page::new(2, 2, request);
    second.title("Terms");
    for (heading, text) in TERMS {
        second.heading(heading);
        second.paragraph(text);
    }
    second.y -= 30.0;
    second.row("Subscriber", "______________________________");
    second.row("Officer", "______________________________");
    assemble(&[first, second])
}

fn assemble(pages: &[Page]) -> Vec<u8> {
    let kids: String = (0..pages.len())
        .map(|n| format!("{} 0 R ", 5 + 2 * n))
        .collect();
    let font = |name: &str| {
        format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
            .into_bytes()
    };
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [ {kids}] /Count {} >>", pages.len()).into_bytes(),
        font("Helvetica"),
        font("Helvetica-Bold"),
    ];
    for (n, page) in pages.iter().enumerate() {
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
                6 + 2 * n
            )
            .into_bytes(),
        );
        let mut stream = format!("<< /Length {} >>\nstream\n", page.content.len()).into_bytes();
        stream.extend(&page.content);
        stream.extend(b"\nendstream");
        objects.push(stream);
    }
    let mut pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
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
