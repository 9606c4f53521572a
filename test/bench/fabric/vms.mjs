/**
 * Two real guests, joined twice: by a socket that the QEMU of one listens on, and by a link of the fabric
 * that captures at both ends. Each joint carries an NVMe/TCP connection of its own to an nvmet target over
 * a file in memory, so that runs over the one and the other alternate without a boot between.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Link } from '@fenceline/fabric';
import {
  buildGuestImage,
  createRunFolder,
  DEFAULT_KERNEL,
  KernelRegistry,
  launchVm,
  probeAccelerator,
  qemuUser,
} from '@fenceline/vm';
import { median } from '../median.mjs';

const memoryMb = 384;
const bootMs = 60_000;
const stepMs = 30_000;

/** What the joints are in the guests. */
const networks = {
  direct: { hostMac: '52:54:00:00:01:01', nodeMac: '52:54:00:00:01:02', net: '10.0.1', port: '1' },
  fabric: { hostMac: '52:54:00:00:02:01', nodeMac: '52:54:00:00:02:02', net: '10.0.2', port: '2' },
};

/** Gives the card with MAC address $1 the address $2, and the MTU $3 where one is given. */
const configureCard = `set -eu
for card in /sys/class/net/*; do
  [ "$(cat "$card/address")" = "$1" ] || continue
  name=\${card##*/}
  ip addr add "$2" dev "$name"
  [ -z "$3" ] || ip link set dev "$name" mtu "$3"
  ip link set dev "$name" up
done`;

/** nvmet port $1 at address $2 with a subsystem of its own, $3, over a file in memory. */
const serve = `set -eu
truncate -s 64M "/tmp/medium.$1"
dd if=/dev/zero "of=/tmp/medium.$1" bs=1M count=64 2>/dev/null
cd /sys/kernel/config/nvmet
mkdir "subsystems/$3" "subsystems/$3/namespaces/1" "ports/$1"
echo 1 > "subsystems/$3/attr_allow_any_host"
printf %s "/tmp/medium.$1" > "subsystems/$3/namespaces/1/device_path"
echo 1 > "subsystems/$3/namespaces/1/buffered_io"
echo 1 > "subsystems/$3/namespaces/1/enable"
echo ipv4 > "ports/$1/addr_adrfam"
echo tcp > "ports/$1/addr_trtype"
echo "$2" > "ports/$1/addr_traddr"
echo 4420 > "ports/$1/addr_trsvcid"
ln -s "/sys/kernel/config/nvmet/subsystems/$3" "ports/$1/subsystems/$3"`;

/** Connects to subsystem $2 at address $1 and prints the name of its block device. */
const connect = `set -eu
nvme connect --transport=tcp --traddr="$1" --trsvcid=4420 --nqn="$2" --nr-io-queues=1 >&2
tries=0
while [ $tries -lt 500 ]; do
  for subsystem in /sys/class/nvme-subsystem/*; do
    [ "$(cat "$subsystem/subsysnqn")" = "$2" ] || continue
    for device in "$subsystem"/nvme*n*; do
      name=\${device##*/}
      [ -b "/dev/$name" ] && echo "$name" && exit 0
    done
  done
  tries=$((tries + 1))
  usleep 20000
done
echo "no block device of $2" >&2
exit 1`;

function fio(device, options) {
  return [
    ...['fio', '--name=bench', `--filename=/dev/${device}`, '--ioengine=libaio', '--direct=1'],
    ...['--time_based', '--output-format=json', ...options],
  ];
}

/** Keeps a process with all its threads on one core. */
function pin(pid, core) {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', `${core}`, `${pid}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Two booted and connected guests. Whoever opens it closes it, also after a failure. */
export class JoinedVms {
  accelerator = 'tcg';
  #devices = {};
  #cleanUps = [];
  #link;
  #captures;
  #host;
  #node;
  #closing;

  /**
   * @param options.mtu MTU of the guests' cards; the default of their driver when it is not given
   * @param options.spareCore whether both guests share the first core, and this process has the second
   */
  async open({ mtu, spareCore, progress }) {
    const registry = new KernelRegistry();
    const kernel = await registry.resolve(DEFAULT_KERNEL, progress);
    const images = {
      host: await buildGuestImage({ role: 'host', kernel, progress }),
      node: await buildGuestImage({ role: 'array-node', kernel, progress }),
    };
    this.accelerator = (await probeAccelerator({ kernel })).accelerator;
    const runFolder = await createRunFolder();
    await this.#owns(() => runFolder.remove());
    const folder = await mkdtemp(join(tmpdir(), 'fenceline-bench-'));
    await this.#owns(() => rm(folder, { recursive: true }));
    const socket = (name) => join(runFolder.path, name);

    const start = process.hrtime.bigint();
    const clock = { now: () => Number(process.hrtime.bigint() - start) };
    this.#captures = { host: join(folder, 'A.host.pcapng'), node: join(folder, 'A.node.pcapng') };
    const owner = qemuUser();
    const link = await Link.open({
      name: 'A',
      clock,
      hostSocket: socket('host.sock'),
      nodeSocket: socket('node.sock'),
      captures: this.#captures,
      startedAtWallSeconds: Date.now() / 1000,
      ...(owner && { owner }),
    });
    await this.#owns(() => link.close());
    this.#link = link;

    const launch = async (name, nics) => {
      const vm = await launchVm({
        ...{ name, kernel, initrd: images[name].path, memoryMb, nics, disks: [], appendArgs: [] },
        ...{ consolePath: join(folder, `${name}.log`), clock, runDir: runFolder.path },
        accelerator: this.accelerator,
      });
      await this.#owns(() => vm.shutdown());
      return vm;
    };
    const { direct, fabric } = networks;
    const shared = socket('direct.sock');
    // The end that listens comes first.
    this.#node = await launch('node', [
      { id: 'direct', socket: shared, mac: direct.nodeMac, listen: true },
      { id: 'fabric', socket: socket('node.sock'), mac: fabric.nodeMac },
    ]);
    this.#host = await launch('host', [
      { id: 'direct', socket: shared, mac: direct.hostMac },
      { id: 'fabric', socket: socket('host.sock'), mac: fabric.hostMac },
    ]);
    await Promise.all([this.#node.ready(bootMs), this.#host.ready(bootMs)]);
    for (const joint of Object.keys(networks)) await this.#connect(joint, mtu);
    if (spareCore) this.#leaveACore();
  }

  /** Median round trip of a ping, in ns of the guest's clock. */
  async roundTrip(joint, count) {
    const address = `${networks[joint].net}.2`;
    const said = await this.#in(this.#host, ['ping', '-c', `${count}`, '-i', '0.01', address]);
    const times = Array.from(said.matchAll(/time=([0-9.]+) ms/g), ([, ms]) => Number(ms) * 1e6);
    if (times.length < count)
      throw new Error(`${joint}: ${times.length} of ${count} pings came back`);
    return median(times);
  }

  /** Median time of a 4 KiB write over NVMe/TCP, one at a time, in ns of the guest's clock. */
  async writeTime(joint, seconds) {
    const load = ['--rw=randwrite', '--bs=4k', '--iodepth=1', `--runtime=${seconds}`];
    const { write } = await this.#fio(joint, seconds, load);
    return write.clat_ns.percentile['50.000000'];
  }

  /** 4 KiB writes a second over NVMe/TCP, eight at a time, as the workloads of the scenarios write. */
  async writesPerSecond(joint, seconds) {
    const load = ['--rw=randwrite', '--bs=4k', '--iodepth=8', `--runtime=${seconds}`];
    const { write } = await this.#fio(joint, seconds, load);
    await this.#emptyCaptures();
    return write.iops;
  }

  /**
   * Bytes a second of 128 KiB writes over NVMe/TCP, eight at a time; and meanwhile the frames of both
   * directions that the fabric delivered and the CPU that this process used, in ns.
   */
  async throughput(joint, seconds) {
    const before = this.#usage();
    const load = ['--rw=write', '--bs=128k', '--iodepth=8', `--runtime=${seconds}`];
    const { write } = await this.#fio(joint, seconds, load);
    const after = this.#usage();
    const cpuNs = after.cpuNs - before.cpuNs;
    const frames = after.frames - before.frames;
    await this.#emptyCaptures();
    return { bytesPerSecond: write.bw_bytes, frames, cpuNs };
  }

  /** Ends the guests and removes all that was made. May be called again, and while opening. */
  close() {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** What was made while we were being closed goes at once. */
  async #owns(cleanUp) {
    if (this.#closing === undefined) {
      this.#cleanUps.push(cleanUp);
      return;
    }
    await this.#closing;
    await cleanUp();
    throw new Error('closed while opening');
  }

  async #close() {
    for (const cleanUp of this.#cleanUps.reverse()) await cleanUp();
  }

  #leaveACore() {
    for (const { pid } of [this.#host, this.#node]) pin(pid, 0);
    pin(process.pid, 1);
  }

  async #connect(joint, mtu = '') {
    const { hostMac, nodeMac, net, port } = networks[joint];
    const nqn = `nqn.2026-01.org.fenceline:${joint}`;
    await this.#script(this.#node, configureCard, [nodeMac, `${net}.2/24`, `${mtu}`]);
    await this.#script(this.#host, configureCard, [hostMac, `${net}.1/24`, `${mtu}`]);
    await this.#script(this.#node, serve, [port, `${net}.2`, nqn]);
    this.#devices[joint] = (await this.#script(this.#host, connect, [`${net}.2`, nqn])).trim();
  }

  async #fio(joint, seconds, load) {
    const said = await this.#in(this.#host, fio(this.#devices[joint], load), seconds * 1000);
    return JSON.parse(said.slice(said.indexOf('{'))).jobs[0];
  }

  #script(vm, script, args) {
    return this.#in(vm, ['/bin/sh', '-c', script, 'bench', ...args]);
  }

  #in(vm, argv, lastsMs = 0) {
    return vm.agent.run(argv, { timeoutMs: lastsMs + stepMs });
  }

  #usage() {
    const { user, system } = process.cpuUsage();
    const { toNode, toHost } = this.#link.stats();
    return { cpuNs: (user + system) * 1000, frames: toNode.delivered + toHost.delivered };
  }

  /** Many runs would fill a disk: nobody reads these captures. They are appended to, so they grow anew. */
  async #emptyCaptures() {
    await this.#link.flush();
    await Promise.all(Object.values(this.#captures).map((path) => truncate(path)));
  }
}
