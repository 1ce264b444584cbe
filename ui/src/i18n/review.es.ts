import type { reviewDesk as english } from './review.en';

export const reviewDesk: typeof english = {};
