import type { decide as english } from './decide.en';

export const decide: typeof english = {};
