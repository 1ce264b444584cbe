//! Writing an ONNX file: as much of the format as the face descriptor's graph needs.

/// A message of protocol buffers under construction.
#[derive(Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3);
        self.varint(value);
        self
    }

    fn bytes(mut self, field: u64, value: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    fn text(self, field: u64, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    fn message(self, field: u64, value: Message) -> Self {
        self.bytes(field, &value.0)
    }
}

const FLOAT: u64 = 1;
const INT64: u64 = 7;

/// A graph under construction. Nodes are named after their output.
#[derive(Default)]
pub(super) struct Graph(Message);

impl Graph {
    /// Adds a node and gives its output's name back.
    pub fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        output: String,
        attributes: &[(&str, &[u64])],
    ) -> String {
        let mut node = Message::default();
        for input in inputs {
            node = node.text(1, input);
        }
        node = node.text(2, &output).text(3, &output).text(4, operator);
        for (name, values) in attributes {
            let mut attribute = Message::default().text(1, name);
            attribute = match *values {
                // A list, kernel sizes and the like, even of one.
                [value] if *name == "axis" => attribute.number(3, *value).number(20, 2),
                values => values
                    .iter()
                    .fold(attribute, |message, &value| message.number(8, value))
                    .number(20, 7),
            };
            node = node.message(5, attribute);
        }
        self.add(1, node);
        output
    }

    pub fn floats(&mut self, name: String, shape: &[u64], values: &[f32]) -> String {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant(name, FLOAT, shape, &raw)
    }

    pub fn integers(&mut self, name: String, values: &[i64]) -> String {
        let raw: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant(name, INT64, &[values.len() as u64], &raw)
    }

    fn constant(&mut self, name: String, kind: u64, shape: &[u64], raw: &[u8]) -> String {
        let tensor = shape
            .iter()
            .fold(Message::default(), |message, &length| {
                message.number(1, length)
            })
            .number(2, kind)
            .text(8, &name)
            .bytes(9, raw);
        self.add(5, tensor);
        name
    }

    fn add(&mut self, field: u64, message: Message) {
        self.0 = std::mem::take(&mut self.0).message(field, message);
    }

    /// The file's bytes.
    pub fn finish(mut self, input: (&str, &[u64]), output: (&str, &[u64])) -> Vec<u8> {
        self.0 = self.0.text(2, "graph");
        self.add(11, tensor_of_floats(input));
        self.add(12, tensor_of_floats(output));
        let operators = Message::default().text(1, "").number(2, 13);
        Message::default()
            .number(1, 8)
            .message(7, self.0)
            .message(8, operators)
            .0
    }
}

fn tensor_of_floats((name, shape): (&str, &[u64])) -> Message {
    let dimensions = shape.iter().fold(Message::default(), |message, &length| {
        message.message(1, Message::default().number(1, length))
    });
    let tensor = Message::default().number(1, FLOAT).message(2, dimensions);
    Message::default()
        .text(1, name)
        .message(2, Message::default().message(1, tensor))
}
