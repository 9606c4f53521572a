/**
 * What the lab does inside guests, as fixed shell scripts. Whatever comes from a scenario reaches them as
 * positional parameters, never as text of the script.
 */

/** Writes value $1 to file $2 and says which it was when the kernel refuses. */
const put = `put() {
  printf '%s\\n' "$1" > "$2" || { echo "the kernel refuses $1 for $2" >&2; exit 1; }
}`;

/** Gives the network card with MAC address $1 the address $2 and brings it up. */
export const configureNic = `set -eu
for d in /sys/class/net/*; do
  if [ "$(cat "$d/address")" = "$1" ]; then
    ip addr add "$2" dev "\${d##*/}"
    ip link set dev "\${d##*/}" up
    exit 0
  fi
done
echo "no network card with address $1" >&2
exit 1`;

/**
 * Sets the block layer of /dev/$1 so that a write of the target reaches the backend as it is:
 * no scheduler, no merging.
 */
export const plainBlockQueue = `set -eu
echo none > "/sys/block/$1/queue/scheduler"
echo 2 > "/sys/block/$1/queue/nomerges"`;

/** nvmet subsystem $1 over block device $2: serial $3, CNTLIDs $4 to $5, namespace id $6, UUID $7, NGUID $8. */
export const createSubsystem = `set -eu
${put}
subsystem=/sys/kernel/config/nvmet/subsystems/$1
mkdir "$subsystem"
put 1 "$subsystem/attr_allow_any_host"
put "$3" "$subsystem/attr_serial"
put "$4" "$subsystem/attr_cntlid_min"
put "$5" "$subsystem/attr_cntlid_max"
namespace=$subsystem/namespaces/$6
mkdir "$namespace"
put "$2" "$namespace/device_path"
put "$7" "$namespace/device_uuid"
put "$8" "$namespace/device_nguid"
put 1 "$namespace/enable"`;

/**
 * Sets the command quiesce time of nvmet subsystem $1 to $2 ms. A kernel that has none to set says so on its
 * console and goes on reporting 0.
 */
export const setCqt = `set -eu
${put}
attribute=/sys/kernel/config/nvmet/subsystems/$1/attr_cqt
if [ -e "$attribute" ]; then
  put "$2" "$attribute"
else
  echo "fenceline: this nvmet has no attr_cqt: CQT stays 0" > /dev/kmsg
fi`;

/** nvmet port $1 on address $2, service id $3, for subsystem $4. */
export const createPort = `set -eu
${put}
port=/sys/kernel/config/nvmet/ports/$1
mkdir "$port"
put ipv4 "$port/addr_adrfam"
put tcp "$port/addr_trtype"
put "$2" "$port/addr_traddr"
put "$3" "$port/addr_trsvcid"
ln -s "/sys/kernel/config/nvmet/subsystems/$4" "$port/subsystems/$4"`;

/** Sets nvme_core.io_timeout to $1 seconds, for the queues that are made from now on. */
export const setIoTimeout = `set -eu
echo "$1" > /sys/module/nvme_core/parameters/io_timeout`;

/** Sets the I/O policy of every subsystem to $1. */
export const setIoPolicy = `set -eu
for policy in /sys/class/nvme-subsystem/*/iopolicy; do echo "$1" > "$policy"; done`;

/**
 * Waits until $1 controllers are live and the multipath device has that many paths, and prints the device's
 * name. The kernel sends no event for "the multipath device is usable", hence the look every 20 ms; $2 is
 * the bound in seconds.
 */
export const awaitPaths = `set -eu
end=$(( $(cut -d. -f1 /proc/uptime) + $2 ))
while :; do
  live=$(cat /sys/class/nvme/*/state 2>/dev/null | grep -c '^live$' || true)
  paths=$(ls -d /sys/class/nvme-subsystem/*/nvme*/nvme*c*n* 2>/dev/null | wc -l)
  device=$(ls -d /sys/class/nvme-subsystem/*/nvme*n* 2>/dev/null | head -n 1)
  if [ "$live" -ge "$1" ] && [ "$paths" -ge "$1" ] && [ -n "$device" ] && [ -b "/dev/\${device##*/}" ]; then
    echo "\${device##*/}"
    exit 0
  fi
  if [ "$(cut -d. -f1 /proc/uptime)" -ge "$end" ]; then
    echo "$live of $1 controllers live, $paths paths, device \${device:-none}" >&2
    exit 1
  fi
  usleep 20000
done`;

/** Prints "name address state" of each controller. */
export const listControllers = `for c in /sys/class/nvme/*; do
  [ -e "$c/state" ] || continue
  echo "\${c##*/} $(cat "$c/address") $(cat "$c/state")"
done`;

/**
 * Reads blocks back through the controller device $1 from namespace $2 of block size $3: each line of the
 * input is "slba blocks". Through the controller, not the multipath device, so that the path is ours to choose.
 */
export const readBack = `set -eu
while read -r slba blocks; do
  nvme io-passthru "$1" --opcode=2 --namespace-id="$2" --read --raw-binary \\
    --cdw10="$slba" --cdw12=$((blocks - 1)) --data-len=$((blocks * $3)) > /dev/null
done`;

/**
 * Waits until a program opens the pipe $1 for writing, for at most $2 s. It sleeps meanwhile: under emulation, looking
 * again and again would take the program's own time.
 */
export const awaitReady = `timeout "$2" cat "$1" || { echo "it was not ready in time" >&2; exit 1; }`;

/** The same as plainBlockQueue for the block device with serial number $1. */
export const plainDisk = `set -eu
for d in /sys/block/*; do
  if [ -e "$d/serial" ] && [ "$(cat "$d/serial")" = "$1" ]; then
    echo none > "$d/queue/scheduler"
    echo 2 > "$d/queue/nomerges"
    exit 0
  fi
done
echo "no disk with serial number $1" >&2
exit 1`;
