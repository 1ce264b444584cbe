/** Events and answers may overtake each other: the one with the higher revision is the present. */
export function newest<T extends { revision: number }>(current: T | null, incoming: T): T {
  return current !== null && incoming.revision <= current.revision ? current : incoming;
}
