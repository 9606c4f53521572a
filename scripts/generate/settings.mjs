/**
 * Puts the table of settings into a page, between the comment that says so and the next one.
 *
 * @param {string} page
 * @param {import('../../apps/control-plane/src/settings/settings.js').SettingDescription[]} settings
 * @returns {string} not formatted yet
 */
export function withSettings(page, settings) {
  const region = /(<!-- settings of the control plane[^>]*-->\n)[^]*?(<!-- end -->)/;
  if (!region.test(page)) throw new Error('the page has no place for the settings');
  const rows = settings.map(
    (one) => `| \`${one.name}\` | ${defaultOf(one)} | ${one.description}${secretOf(one)} |`,
  );
  const table = ['| variable | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
  return page.replace(region, (_, start, end) => `${start}\n${table}\n\n${end}`);
}

function defaultOf({ default: value, required }) {
  if (required) return 'must be given';
  return value === null || value === '' ? '' : `\`${value}\``;
}

function secretOf({ sensitive }) {
  return sensitive ? ' Secret.' : '';
}
