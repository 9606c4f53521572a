import type { Scope } from '../app/api-types.js';

export interface Section {
  href: string;
  title: string;
  /** Path of a drawing of 16 by 16. */
  icon: string;
  /** Who does not have it cannot see anything there. */
  scope?: Scope;
}

/** What there is to see, in the order of the menu. */
export const sections: readonly Section[] = [
  { href: '/', title: 'Overview', icon: 'M2 9h5V2H2zM9 14h5V7H9zM2 14h5v-3H2zM9 5h5V2H9z' },
  { href: '/runs', title: 'Runs', icon: 'M2 2h12v12H2zM2 6h12M2 10h12M6 2v12M10 2v12' },
  { href: '/jobs', title: 'Jobs', icon: 'M2 3h12M2 8h12M2 13h12' },
  { href: '/findings', title: 'Findings', icon: 'M8 2l6.5 12h-13zM8 6.5v3.5M8 11.6v1' },
  { href: '/scenarios', title: 'Scenarios', icon: 'M3 1.5h7l3 3v10H3zM5.5 7h5M5.5 10h5' },
  { href: '/workers', title: 'Workers', icon: 'M2 2.5h12v4H2zM2 9.5h12v4H2zM4.5 4.5h1M4.5 11.5h1' },
  {
    href: '/kernels',
    title: 'Kernels',
    icon: 'M4 4h8v8H4zM6 1v3M10 1v3M6 12v3M10 12v3M1 6h3M1 10h3M12 6h3M12 10h3',
  },
  {
    href: '/tokens',
    title: 'Tokens',
    icon: 'M9 7a3.5 3.5 0 1 0-2 2l1 1h2v2h2v2h2v-3z',
    scope: 'admin',
  },
  {
    href: '/audit',
    title: 'Audit',
    icon: 'M3 1.5h10v13H3zM5.5 5h5M5.5 8h5M5.5 11h3',
    scope: 'admin',
  },
];
