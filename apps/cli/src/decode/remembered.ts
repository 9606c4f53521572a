/** Texts that are remembered before all are forgotten: rows repeat few. */
const MOST_TEXTS = 1024;

/** The function, which is asked only once for each text of those that come again and again. */
export function remembered<Made>(make: (text: string) => Made): (text: string) => Made {
  const known = new Map<string, Made>();
  return (text) => {
    let made = known.get(text);
    if (made === undefined) {
      made = make(text);
      if (known.size >= MOST_TEXTS) known.clear();
      known.set(text, made);
    }
    return made;
  };
}
