import { JoinedVms } from './vms.mjs';
const vms = new JoinedVms();
const sum = {};
try {
  await vms.open({ progress: () => {} });
  for (let i = 0; i < 5; i++) for (const v of [0, 1, 5, 2, 3, 4]) {
    globalThis.__v = v;
    const f = await vms.throughput('fabric', 2);
    (sum[v] ??= []).push([(f.cpuNs / f.frames / 1000).toFixed(2), (f.bytesPerSecond/1e6).toFixed(1)]);
  }
  for (const v in sum) console.log(v, sum[v].map((x) => x.join('/')).join('  '));
} finally { await vms.close(); }
