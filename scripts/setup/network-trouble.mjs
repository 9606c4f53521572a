const signs =
  /Temporary failure resolving|Could not resolve|Could not connect|Failed to fetch|Network is unreachable|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|network (?:request|timeout)/i;

/**
 * What to tell when the output of apt-get or npm shows that the network is to blame; null when it does not.
 *
 * @param {string} output
 * @param {string} whatFor
 */
export function networkTrouble(output, whatFor) {
  return signs.test(output)
    ? `The network seems to be away or to need a proxy: ${whatFor} could not be fetched. Mend that (https_proxy, /etc/apt, npm config), then start again: what is there already is kept.`
    : null;
}
