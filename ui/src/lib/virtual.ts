/** A long list of rows of one height, of which only those on the screen exist. */

/** Rows from `first`, so many. */
export interface Span {
  first: number;
  count: number;
}

/** The rows that show in a frame `height` px high, and `spare` more above and below. */
export function visible(scrollTop: number, height: number, rowHeight: number, total: number, spare: number): Span {
  const top = Math.max(0, Math.min(Math.floor(scrollTop / rowHeight), total));
  const shown = Math.ceil(Math.max(0, height) / rowHeight) + 1;
  const first = Math.max(0, top - spare);
  return { first, count: Math.max(0, Math.min(total, top + shown + spare) - first) };
}

/** Where to scroll so that the row shows whole; `scrollTop` where it does already. `head` px on top are covered. */
export function reveal(row: number, scrollTop: number, height: number, rowHeight: number, head = 0): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  const end = top + rowHeight + head;
  return end > scrollTop + height ? end - height : scrollTop;
}

/** The row that a key leads to; null where the key does not move. */
export function step(key: string, row: number, total: number, page: number): number | null {
  if (total <= 0) return null;
  const inside = (wanted: number) => Math.max(0, Math.min(total - 1, wanted));
  switch (key) {
    case 'ArrowDown':
      return inside(row + 1);
    case 'ArrowUp':
      return inside(row < 0 ? 0 : row - 1);
    case 'PageDown':
      return inside(Math.max(row, 0) + Math.max(1, page));
    case 'PageUp':
      return inside(row - Math.max(1, page));
    case 'Home':
      return 0;
    case 'End':
      return total - 1;
    default:
      return null;
  }
}

/** What to ask for so that the span is there: in steps, so that slow scrolling does not ask for every row anew. */
export function ask(span: Span, block: number): Span {
  const first = Math.floor(span.first / block) * block;
  const end = Math.ceil((span.first + span.count) / block) * block;
  return { first, count: Math.max(block, end - first) };
}
