export const reviewDesk = {};
