import type { queue as english } from './queue.en';

export const queue: typeof english = {};
