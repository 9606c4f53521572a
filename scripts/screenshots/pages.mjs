/**
 * Every page with something on it.
 *
 * @param api of `scripts/demo/api.mjs`
 * @param {any[]} runs that `seed` made
 */
export async function pagesOf(api, runs) {
  const [before, , night] = runs;
  const { items: violations } = await api.get(
    `/jobs?runId=${night.id}&scenario=stuck-write&kernel=debian:6.1&outcome=violation`,
  );
  const { items: workers } = await api.get('/workers');
  const { items: scenarios } = await api.get('/scenarios');
  const words = (text) => (page) => page.getByText(text).first().waitFor();
  const heading = (name) => (page) => page.getByRole('heading', { name }).first().waitFor();
  const timeline = async (page) => {
    await page.getByText(/commands and applies in view/).waitFor();
    await page.getByText('· loading').waitFor({ state: 'detached' });
  };
  const overview = async (page) => {
    await words('first retry after the fence')(page);
    await words('all as expected')(page);
  };
  const row = (page) => page.getByRole('row').nth(1).waitFor();
  return [
    { name: 'overview', address: '/', ready: overview },
    { name: 'runs', address: '/runs', ready: row },
    { name: 'run', address: `/runs/${night.id}?compare=${before.id}`, ready: words('there:') },
    { name: 'jobs', address: '/jobs', ready: row },
    { name: 'job', address: `/jobs/${violations[0].id}`, ready: timeline },
    { name: 'findings', address: '/findings', ready: words('Order of events') },
    { name: 'scenarios', address: '/scenarios', ready: words('late-but-harmless') },
    {
      name: 'scenario',
      address: `/scenarios/${scenarios[0].hash}`,
      ready: words('fenceline: 1'),
    },
    {
      name: 'editor',
      address: '/scenarios/edit?shipped=stuck-write',
      ready: words('The service takes it.'),
    },
    { name: 'workers', address: '/workers', ready: row },
    { name: 'worker', address: `/workers/${workers[0].id}`, ready: heading('Runs now') },
    { name: 'kernels', address: '/kernels', ready: heading('Registered kernels') },
    { name: 'tokens', address: '/tokens', ready: row },
    { name: 'audit', address: '/audit', ready: row },
  ];
}
