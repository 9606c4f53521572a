import path from 'node:path';

/** Longer paths of sockets Nx refuses. */
const longestSocket = 95;
/** Room for a socket's own name: `/p`, a process, a number, `.sock`. */
const socketName = 32;

/**
 * Nx with nothing that stays behind: no daemon; native code and sockets inside the repository and not in /tmp/.nx. Only
 * in a very deep folder sockets are left to Nx.
 *
 * @param {string} root folder of the repository
 * @returns {Record<string, string>}
 */
export function nxEnvironmentOf(root) {
  const sockets = path.join(root, '.nx', 's');
  return {
    NX_DAEMON: 'false',
    NX_NATIVE_FILE_CACHE_DIRECTORY: path.join(root, '.nx', 'native'),
    NX_TUI: 'false',
    ...(sockets.length + socketName <= longestSocket && { NX_SOCKET_DIR: sockets }),
  };
}
