import { en, type Text } from './en';
import { es } from './es';

export type { FailureText, Text } from './en';

const TABLES: Record<string, Text> = { en, es };

/** The first of the reader's languages that there is a table for; English where there is none. */
export function choose(languages: readonly string[]): { language: string; locale: string; text: Text } {
  for (const locale of languages) {
    const language = locale.split('-')[0]?.toLowerCase() ?? '';
    const text = TABLES[language];
    if (text) return { language, locale, text };
  }
  return { language: 'en', locale: 'en', text: en };
}

const chosen = choose(typeof navigator === 'undefined' ? [] : navigator.languages);

/** The words of every screen, in the reader's language. */
export const t: Text = chosen.text;
/** The language of the words, for the page's `lang`. */
export const language = chosen.language;
/** For numbers and dates: in the language of the words, written as the reader's region writes them. */
export const locale = chosen.locale;
