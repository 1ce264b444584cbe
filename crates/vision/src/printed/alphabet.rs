//! The recogniser's alphabet, cut down to letters of European documents: the rest costs a third of its time and is what a
//! worn letter is mistaken for.

use crate::models::{ModelError, TEXT_RECOGNISER};

/// Weights and bias of the last layer, which has a column for each letter.
const WEIGHTS: &str = "linear_8.w_0";
const BIAS: &str = "linear_8.b_0";
/// The key under which the file holds its letters, a line each.
const LETTERS: &str = "character";

/// The model's file with the columns of the kept letters alone, and these: what column `i + 1` stands for is `letters[i]`.
/// Column 0 is "no letter".
pub(super) struct Reduced {
    pub onnx: Vec<u8>,
    pub letters: Vec<char>,
}

/// Capitals and small letters of the European languages that are written in Latin script, digits, and what stands between them.
fn kept(letter: char) -> bool {
    matches!(letter,
        ' '..='~' | 'À'..='ž' | 'Ș'..='ț' | 'ẞ' | 'º' | 'ª' | '°' | '·' | '’' | '№')
        && !matches!(
            letter,
            '×' | '÷' | 'ĸ' | 'Ŀ' | 'ŀ' | 'ŉ' | 'Ŋ' | 'ŋ' | 'Ĳ' | 'ĳ' | '`' | '^' | '~' | '|'
        )
}

/// Reads the letters from the file and leaves out the columns of the others.
pub(super) fn reduced(onnx: &[u8]) -> Result<Reduced, ModelError> {
    let failed = |reason: &str| ModelError::Load {
        file: TEXT_RECOGNISER.name,
        reason: reason.to_owned(),
    };
    let model = fields(onnx).ok_or_else(|| failed("it is no ONNX file"))?;
    let all = model
        .iter()
        .filter(|field| field.number == 14)
        .find_map(|field| metadata(field.bytes, LETTERS))
        .ok_or_else(|| failed("it holds no alphabet"))?;
    let mut columns = vec![0];
    let mut letters = Vec::new();
    let lines: Vec<&str> = all.split('\n').collect();
    for (i, line) in lines.iter().enumerate() {
        let mut chars = line.chars();
        if let (Some(letter), None) = (chars.next(), chars.next())
            && kept(letter)
        {
            columns.push(i + 1);
            letters.push(letter);
        }
    }
    // The space has no line of its own: it is the last column.
    let all_columns = lines.len() + 2;
    if !letters.contains(&' ') {
        columns.push(all_columns - 1);
        letters.push(' ');
    }
    let mut changed = 0;
    let mut out = Vec::with_capacity(onnx.len());
    for field in &model {
        if field.number != 7 {
            put(&mut out, field);
            continue;
        }
        let mut graph = Vec::with_capacity(field.bytes.len());
        for part in fields(field.bytes).ok_or_else(|| failed("its graph is damaged"))? {
            let tensor = (part.number == 5)
                .then(|| columns_of(part.bytes, all_columns, &columns))
                .flatten();
            match tensor {
                Some(tensor) => {
                    changed += 1;
                    put_bytes(&mut graph, 5, &tensor);
                }
                // Outputs and values name lengths that hold no longer; nothing needs them but their names.
                None if part.number == 13 => {}
                None => put(&mut graph, &part),
            }
        }
        put_bytes(&mut out, 7, &graph);
    }
    if changed != 2 {
        return Err(failed("its last layer is not the one that is known"));
    }
    Ok(Reduced { onnx: out, letters })
}

/// One field of a message of protocol buffers: `raw` with its key, `bytes` its content where it has a length.
struct Field<'a> {
    number: u64,
    raw: &'a [u8],
    bytes: &'a [u8],
    value: u64,
}

fn fields(mut message: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let start = message;
        let key = varint(&mut message)?;
        let (mut bytes, mut value) = (&[][..], 0);
        match key & 7 {
            0 => value = varint(&mut message)?,
            1 => message = message.get(8..)?,
            5 => message = message.get(4..)?,
            2 => {
                let length = usize::try_from(varint(&mut message)?).ok()?;
                bytes = message.get(..length)?;
                message = &message[length..];
            }
            _ => return None,
        }
        fields.push(Field {
            number: key >> 3,
            raw: &start[..start.len() - message.len()],
            bytes,
            value,
        });
    }
    Some(fields)
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn put(out: &mut Vec<u8>, field: &Field<'_>) {
    out.extend_from_slice(field.raw);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_bytes(out: &mut Vec<u8>, number: u64, bytes: &[u8]) {
    put_varint(out, number << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// The value of an entry of key and value, if it has this key.
fn metadata<'a>(entry: &'a [u8], key: &str) -> Option<&'a str> {
    let entry = fields(entry)?;
    let of = |number| entry.iter().find(|f| f.number == number).map(|f| f.bytes);
    (of(1)? == key.as_bytes()).then_some(())?;
    std::str::from_utf8(of(2)?).ok()
}

/// The tensor with these columns alone, if it is one of the last layer's.
fn columns_of(tensor: &[u8], all: usize, columns: &[usize]) -> Option<Vec<u8>> {
    let parts = fields(tensor)?;
    let of = |number| parts.iter().find(|f| f.number == number);
    let name = of(8)?.bytes;
    if name != WEIGHTS.as_bytes() && name != BIAS.as_bytes() {
        return None;
    }
    let mut shape: Vec<u64> = Vec::new();
    for part in parts.iter().filter(|f| f.number == 1) {
        if part.bytes.is_empty() {
            shape.push(part.value);
        } else {
            let mut packed = part.bytes;
            while !packed.is_empty() {
                shape.push(varint(&mut packed)?);
            }
        }
    }
    let values = of(9)?.bytes;
    let row = all * 4;
    if shape.pop() != Some(all as u64) || values.is_empty() || !values.len().is_multiple_of(row) {
        return None;
    }
    let mut out = Vec::new();
    for length in shape.into_iter().chain([columns.len() as u64]) {
        put_varint(&mut out, 1 << 3);
        put_varint(&mut out, length);
    }
    put_varint(&mut out, 2 << 3);
    put_varint(&mut out, of(2)?.value);
    put_bytes(&mut out, 8, name);
    let rows = values.chunks_exact(row);
    let kept: Vec<u8> = rows
        .flat_map(|row| columns.iter().flat_map(move |c| &row[c * 4..c * 4 + 4]))
        .copied()
        .collect();
    put_bytes(&mut out, 9, &kept);
    Some(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_letters_of_names_are_kept_and_others_are_not() {
        let reduced = reduced(TEXT_RECOGNISER.verified().unwrap()).unwrap();
        for letter in
            "ABCXYZabcxyz0189ÑÇÁÉÍÓÚÜßØÅŠŽČŁñçáéíóúüãõÄÖŒÆÝŸĄĘŃŚŹŻĆŘĚŮĐŐŰĞİŞȘȚĻŅÐÞ'-/.,ºª< ’"
                .chars()
        {
            assert_eq!(
                reduced.letters.iter().filter(|&&l| l == letter).count(),
                1,
                "{letter}"
            );
        }
        assert!(reduced.letters.len() < 400, "{}", reduced.letters.len());
        assert!(!reduced.letters.contains(&'中'));
        assert!(reduced.onnx.len() < 13_000_000, "{}", reduced.onnx.len());
    }

    #[test]
    fn what_is_no_such_model_is_refused() {
        for bytes in [
            &b""[..],
            b"\x3a\xff",
            b"\x3a\x01\x00",
            b"\x72\x00",
            &[0xff; 20],
        ] {
            assert!(reduced(bytes).is_err(), "{bytes:?}");
        }
        let whole = TEXT_RECOGNISER.verified().unwrap();
        assert!(reduced(&whole[..whole.len() / 2]).is_err());
    }
}
