//! The contract: a PDF of the RA becomes pictures of its pages.

use std::sync::mpsc;
use std::time::Duration;

use bytes::Bytes;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};

pub const MAX_PDF_BYTES: usize = 20 * 1024 * 1024;
pub const MAX_PAGES: usize = 60;
/// Longest side of a page's picture, in pixels.
const MAX_SIDE: f32 = 4_000.0;

/// Why a PDF cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    #[error("it is no PDF")]
    NotPdf,
    #[error("the PDF has {0} bytes; more than {MAX_PDF_BYTES} are not read")]
    TooLarge(usize),
    #[error("the PDF is encrypted")]
    Encrypted,
    #[error("the PDF is damaged")]
    Damaged,
    #[error("the PDF has {0} pages; more than {MAX_PAGES} are not painted")]
    TooManyPages(usize),
    #[error("a page cannot be painted")]
    Page,
    #[error("the PDF took longer than {0:?} to paint")]
    Slow(Duration),
    #[error("a thread for painting could not be started")]
    Thread(#[source] std::io::Error),
}

/// A page as a PNG.
#[derive(Debug, Clone)]
pub struct PageImage {
    pub width: u32,
    pub height: u32,
    pub png: Bytes,
}

/// Paints all pages, `width` pixels wide. For input that is not trusted use [`render_pages_within`].
pub fn render_pages(pdf: Bytes, width: u32) -> Result<Vec<PageImage>, PdfError> {
    if pdf.len() > MAX_PDF_BYTES {
        return Err(PdfError::TooLarge(pdf.len()));
    }
    // Readers are lenient about what stands before the header; so are the real files.
    if !pdf.windows(5).take(1024).any(|window| window == b"%PDF-") {
        return Err(PdfError::NotPdf);
    }
    let document = Pdf::new(pdf.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(_) => PdfError::Encrypted,
        LoadPdfError::Invalid => PdfError::Damaged,
    })?;
    let pages = document.pages();
    match pages.len() {
        0 => return Err(PdfError::Damaged),
        count if count > MAX_PAGES => return Err(PdfError::TooManyPages(count)),
        _ => {}
    }
    let cache = RenderCache::new();
    let interpreter = InterpreterSettings::default();
    pages
        .iter()
        .map(|page| {
            let (page_width, page_height) = page.render_dimensions();
            if !(page_width >= 1.0 && page_height >= 1.0) {
                return Err(PdfError::Page);
            }
            let scale = (width as f32 / page_width)
                .min(MAX_SIDE / page_width)
                .min(MAX_SIDE / page_height);
            let pixmap = render(
                page,
                &cache,
                &interpreter,
                &RenderSettings::default(),
                &PixmapSettings {
                    x_scale: scale,
                    y_scale: scale,
                    bg_color: WHITE,
                },
            );
            let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
            let png = pixmap.into_png().map_err(|_| PdfError::Page)?;
            Ok(PageImage {
                width,
                height,
                png: png.into(),
            })
        })
        .collect()
}

/// Paints on a thread of its own: a file that makes the painter panic or spin costs that thread and nothing else.
pub fn render_pages_within(
    pdf: Bytes,
    width: u32,
    limit: Duration,
) -> Result<Vec<PageImage>, PdfError> {
    let (done, painted) = mpsc::channel();
    std::thread::Builder::new()
        .name("pdf".to_owned())
        .stack_size(8 << 20)
        .spawn(move || {
            let _ = done.send(render_pages(pdf, width));
        })
        .map_err(PdfError::Thread)?;
    match painted.recv_timeout(limit) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => Err(PdfError::Slow(limit)),
        // The thread ended without a word: it panicked.
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(PdfError::Damaged),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A PDF of pages with one line each in a font that is not embedded; an empty line is an empty page.
    fn pdf(lines: &[&str]) -> Bytes {
        let count = lines.len();
        let kids: String = (0..count).map(|n| format!("{} 0 R ", 4 + 2 * n)).collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            format!("<< /Type /Pages /Kids [{kids}] /Count {count} >>"),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        ];
        for (n, line) in lines.iter().enumerate() {
            let content = format!("BT /F1 40 Tf 60 700 Td ({line}) Tj ET");
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
                5 + 2 * n
            ));
            objects.push(format!(
                "<< /Length {} >>\nstream\n{content}\nendstream",
                content.len()
            ));
        }
        let mut out = "%PDF-1.4\n".to_owned();
        let mut table = "0000000000 65535 f \n".to_owned();
        for (n, object) in objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", out.len()));
            out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", n + 1));
        }
        let start = out.len();
        let size = objects.len() + 1;
        out.push_str(&format!(
            "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
        ));
        out.into_bytes().into()
    }

    /// Dark pixels in the upper quarter, where the line stands, and in the lower half, where nothing does.
    fn dark(page: &PageImage) -> (usize, usize) {
        let picture = image::load_from_memory(&page.png).unwrap().to_luma8();
        assert_eq!(picture.dimensions(), (page.width, page.height));
        let count = |from: u32, to: u32| {
            picture
                .enumerate_pixels()
                .filter(|(_, y, pixel)| (from..to).contains(y) && pixel.0[0] < 100)
                .count()
        };
        (
            count(0, page.height / 4),
            count(page.height / 2, page.height),
        )
    }

    #[test]
    fn text_in_a_font_that_is_not_embedded_is_painted() {
        let pages = render_pages(pdf(&["Contract", "", "Page three"]), 620).unwrap();
        assert_eq!(pages.len(), 3);
        for page in &pages {
            assert!(
                (619..=621).contains(&page.width) && (870..=880).contains(&page.height),
                "{page:?}"
            );
        }
        assert!(dark(&pages[0]).0 > 500, "{:?}", dark(&pages[0]));
        assert_eq!(dark(&pages[0]).1, 0);
        assert_eq!(dark(&pages[1]), (0, 0), "an empty page");
        assert!(dark(&pages[2]).0 > 500);
    }

    #[test]
    fn what_is_no_whole_pdf_is_named_so() {
        let whole = pdf(&["Contract"]);
        let limit = Duration::from_secs(60);
        let fails = |bytes: Vec<u8>| render_pages_within(bytes.into(), 620, limit).unwrap_err();
        assert!(matches!(fails(Vec::new()), PdfError::NotPdf));
        assert!(matches!(fails(vec![0; 5_000]), PdfError::NotPdf));
        assert!(matches!(fails(b"%PDF-1.7\n".to_vec()), PdfError::Damaged));
        assert!(matches!(fails(whole[..40].to_vec()), PdfError::Damaged));
        let mut huge = b"%PDF-1.7\n".to_vec();
        huge.resize(MAX_PDF_BYTES + 1, b' ');
        assert!(matches!(fails(huge), PdfError::TooLarge(_)));
        let many = vec!["x"; MAX_PAGES + 1];
        assert!(matches!(
            fails(pdf(&many).to_vec()),
            PdfError::TooManyPages(61)
        ));
    }

    #[test]
    fn damage_anywhere_ends_in_an_error_or_a_picture() {
        let whole = pdf(&["Contract", "Second"]).to_vec();
        for place in (9..whole.len()).step_by(17) {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x55;
            // Either is right; a panic of the painter comes back as an error too.
            let _ = render_pages_within(damaged.into(), 200, Duration::from_secs(60));
        }
    }

    /// A stack that overflows would end the whole process, so depth has to be bounded by the reader itself.
    #[test]
    fn depth_without_end_is_survived() {
        let limit = Duration::from_secs(60);
        let whole = String::from_utf8(pdf(&["Contract"]).to_vec()).unwrap();
        let resources = "/Resources << /Font << /F1 3 0 R >> >>";
        let font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";
        let content = "BT /F1 40 Tf 60 700 Td (Contract) Tj ET";
        let depth = 20_000;
        let deep = |open: &str, close: &str| open.repeat(depth) + &close.repeat(depth);
        let itself = "<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /X 3 0 R >> >> /Length 5 >>\nstream\n/X Do\nendstream";
        let variants = [
            whole.replace(content, &deep("[", "]")),
            whole.replace(content, &deep("<< /A ", " >>")),
            whole.replace(content, &"q ".repeat(depth)),
            whole.replace(font, &deep("[", "]")),
            whole.replace(font, &deep("<< /A ", " >>")),
            whole.replace("/Kids [4 0 R ]", "/Kids [2 0 R ]"),
            whole
                .replace(font, itself)
                .replace(resources, "/Resources << /XObject << /X 3 0 R >> >>")
                .replace(content, "/X Do"),
        ];
        for variant in variants {
            assert_ne!(variant, whole);
            // Either is right; what counts is that the process is still there.
            let _ = render_pages_within(variant.into_bytes().into(), 200, limit);
        }
    }
}
