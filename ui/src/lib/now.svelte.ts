/** The time, by the second, while a component that shows it is there. */
export function ticking(): { readonly ms: number } {
  let ms = $state(Date.now());
  $effect(() => {
    const timer = setInterval(() => (ms = Date.now()), 1000);
    return () => clearInterval(timer);
  });
  return {
    get ms() {
      return ms;
    },
  };
}

/** Milliseconds until an RFC 3339 time, never below 0; null where it cannot be read. */
export function until(rfc3339: string | null, now: number): number | null {
  const at = rfc3339 === null ? Number.NaN : Date.parse(rfc3339);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
