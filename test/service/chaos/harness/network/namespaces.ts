import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAlive } from '../is-alive.js';
import type { WorkerLine } from '../worker-line.js';
import type { Place, Places } from './place.js';

const namePrefix = 'fenceline-chaos-';
/** Subnets of four addresses in 198.18.0.0/15, which is for tests of networks (RFC 2544, appendix C.2.2). */
const subnets = 2 ** 15;
/** The worker's end of its link, within its namespace. */
const device = 'eth0';

/**
 * A network namespace with one link to ours, where the worker's line listens. The link is taken down at the worker's end:
 * nothing new can be sent, and what is under way is lost and sent again, as with a cable that is pulled.
 */
class NamespacePlace implements Place {
  readonly address: string;
  readonly prefix: readonly string[];
  line: WorkerLine | null = null;
  private readonly name: string;

  constructor(index: number) {
    this.name = `${namePrefix}${process.pid}-${index}`;
    const subnet = (process.pid * 4 + index) % subnets;
    this.address = addressIn(subnet, 1);
    this.prefix = ['ip', 'netns', 'exec', this.name];
    const { name } = this;
    const link = linkOf(name);
    ip('netns', 'add', name);
    ip('link', 'add', link, 'type', 'veth', 'peer', 'name', device, 'netns', name);
    ip('address', 'add', `${this.address}/30`, 'dev', link);
    ip('link', 'set', link, 'up');
    ip('-n', name, 'address', 'add', `${addressIn(subnet, 2)}/30`, 'dev', device);
    ip('-n', name, 'link', 'set', device, 'up');
    ip('-n', name, 'link', 'set', 'lo', 'up');
  }

  cut(): void {
    ip('-n', this.name, 'link', 'set', device, 'down');
  }

  mend(): void {
    ip('-n', this.name, 'link', 'set', device, 'up');
  }
}

/** @throws Error where this machine, or this user, cannot have them */
export function namespaces(count: number): Places {
  removeAllOf((pid) => pid === process.pid || !isAlive(pid));
  const remove = () => removeAllOf((pid) => pid === process.pid);
  try {
    return {
      list: Array.from({ length: count }, (_, index) => new NamespacePlace(index)),
      kind: 'a namespace for each worker; a cut takes its link down',
      remove,
      left: () => namesOf((pid) => pid === process.pid),
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Removes namespaces, and the links with them, by the process that made them. */
function removeAllOf(wanted: (pid: number) => boolean): void {
  for (const name of namesOf(wanted)) {
    const link = linkOf(name);
    // It goes with the namespace too, but a while later.
    if (existsSync(`/sys/class/net/${link}`)) ip('link', 'delete', link);
    ip('netns', 'delete', name);
  }
}

function namesOf(wanted: (pid: number) => boolean): string[] {
  return ip('netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0]!)
    .filter((name) => {
      const pid = new RegExp(`^${namePrefix}(\\d+)-`).exec(name)?.[1];
      return pid !== undefined && wanted(Number(pid));
    });
}

/** Our end of the link of a namespace; 15 characters are the most for its name. */
function linkOf(name: string): string {
  return name.replace(namePrefix, 'flc');
}

function addressIn(subnet: number, host: number): string {
  const offset = subnet * 4 + host;
  return `198.${18 + (offset >> 16)}.${(offset >> 8) & 255}.${offset & 255}`;
}

/** @throws Error with what it says where it fails */
function ip(...args: string[]): string {
  try {
    return execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error((stderr || message).trim(), { cause: error });
  }
}
