import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'wouter';

/**
 * Filters that live in the address, so that a link has them.
 *
 * @param names which there are; what else is in the address stays there
 */
export function useFilters<Name extends string>(
  names: readonly Name[],
): [Readonly<Partial<Record<Name, string>>>, (name: Name, value: string) => void] {
  const [params, setParams] = useSearchParams();
  const text = params.toString();
  const filters = useMemo(() => {
    const given = new URLSearchParams(text);
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = given.get(name);
        return value === null || value === '' ? [] : [[name, value]];
      }),
    ) as Partial<Record<Name, string>>;
  }, [text, names]);
  const set = useCallback(
    (name: Name, value: string) =>
      setParams(
        (old) => {
          const changed = new URLSearchParams(old);
          if (value === '') changed.delete(name);
          else changed.set(name, value);
          return changed;
        },
        { replace: true },
      ),
    [setParams],
  );
  return [filters, set];
}
