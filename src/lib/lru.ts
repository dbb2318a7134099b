/** Remembers the results of `compute` for the `max` keys used last. */
export function remembered<T>(max: number, compute: (key: string) => T): (key: string) => T {
  // A Map keeps its keys in order of insertion: the first one is the one used longest ago.
  const cache = new Map<string, T>();
  return (key) => {
    const known = cache.get(key);
    if (known !== undefined || cache.has(key)) {
      // Moving a key to the end at each use would cost more than it saves: only when the cache is filling up.
      if (cache.size > max / 2) {
        cache.delete(key);
        cache.set(key, known as T); // has() said so
      }
      return known as T;
    }
    const value = compute(key);
    if (cache.size >= max) {
      const oldest = cache.keys().next();
      if (!oldest.done) cache.delete(oldest.value);
    }
    cache.set(key, value);
    return value;
  };
}
