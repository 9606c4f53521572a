/** The one-time code in the fragment of a sign-in link, and what is left of the fragment without it. */
export function takeCode(fragment: string): { code: string | null; rest: string } {
  const parts = fragment.replace(/^#/, '').split('&');
  const code = parts.find((part) => part.startsWith('code='));
  const rest = parts.filter((part) => part !== code).join('&');
  return {
    code: code === undefined ? null : decodeURIComponent(code.slice('code='.length)),
    rest: rest === '' ? '' : `#${rest}`,
  };
}
