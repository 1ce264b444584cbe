import type { QueueView } from '../api/bindings/QueueView';
import { t } from '../i18n';
import { narrows } from './filter';
import { count } from './format';

/** How much of the RA's requests the list speaks of, in words. */
export function extent(queue: QueueView, locale: string): string {
  const { loaded, total, matching, more, filteredHere, filter } = queue;
  if (queue.readAt === null && loaded === 0) return t.queue.lookedAtNone;
  const loadedWords = count(loaded, locale);
  const looked = !more
    ? t.queue.lookedAtAll(loadedWords)
    : total !== null && total > loaded
      ? t.queue.lookedAt(loadedWords, count(total, locale))
      : t.queue.lookedAtMore(loadedWords);
  return [
    looked,
    narrows(filter) && matching !== loaded ? t.queue.match(count(matching, locale)) : null,
    filteredHere && filter.state !== null ? t.queue.filteredHere : null,
  ]
    .filter((part) => part !== null)
    .join(' ');
}
