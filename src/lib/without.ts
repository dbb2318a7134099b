/** A copy of `object` without `keys`. */
export function without<T extends object, K extends keyof T>(
  object: T,
  ...keys: readonly K[]
): Omit<T, K> {
  const copy: Partial<T> = { ...object };
  for (const key of keys) Reflect.deleteProperty(copy, key);
  // Every other key of T is still there.
  return copy as Omit<T, K>;
}
