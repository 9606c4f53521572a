import { statSync } from 'node:fs';

/** The user and group, by number, that QEMU runs as. */
export interface QemuUser {
  uid: number;
  gid: number;
}

/**
 * First number of the users that QEMU runs as when root started us: beyond those of people, packages, containers and
 * systemd's own (https://systemd.io/UIDS-GIDS), so that nothing else on the machine can be touched.
 */
const FIRST_UID = 1_900_000_000;

/**
 * The user that QEMU shall run as; undefined when we are not root, so that it runs as we do. A lab is a process, and the
 * number of the process is that of its user: no two labs at the same time have the same one, and nobody keeps a list.
 */
export function qemuUser(): QemuUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = FIRST_UID + process.pid;
  return { uid: id, gid: id };
}

/** The group that may use /dev/kvm, where it is a group and not everybody. */
function kvmGroup(): number | undefined {
  try {
    const { gid, mode } = statSync('/dev/kvm');
    return (mode & 0o060) === 0o060 ? gid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The arguments of the one `setpriv` that QEMU is started through. It dies with us, even by
 * SIGKILL, and as root it gives up every privilege. QEMU's own `-runas` would lose the death signal.
 */
export function setprivArguments(accelerator: 'kvm' | 'tcg'): string[] {
  const user = qemuUser();
  const group = accelerator === 'kvm' ? kvmGroup() : undefined;
  return [
    ...(user === undefined
      ? []
      : [
          `--reuid=${user.uid}`,
          `--regid=${user.gid}`,
          ...(group === undefined ? ['--clear-groups'] : [`--groups=${group}`]),
          '--inh-caps=-all',
        ]),
    '--no-new-privs',
    '--pdeathsig=KILL',
    '--',
  ];
}
