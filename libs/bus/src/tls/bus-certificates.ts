import { existsSync, readFileSync } from 'node:fs';
import {
  type CertificateFiles,
  certificateFiles,
  checkCertificate,
  isOwnCertificate,
  writeCertificate,
} from './certificate-files.ts';
import { makeServerCertificate } from './server-certificate.ts';

/** A certificate of ours is made anew so long before its end. */
const RENEWED_BEFORE_MS = 30 * 86_400_000;

/**
 * The certificate by which a nats-server encrypts, in a folder: made here, or put there by a person, who then
 * renews it as well.
 */
export class BusCertificates {
  readonly files: CertificateFiles;
  readonly #folder: string;
  readonly #hosts: readonly string[];

  /** `hosts` are the names and addresses by which its clients know the server. */
  constructor(folder: string, hosts: readonly string[]) {
    this.#folder = folder;
    this.#hosts = hosts;
    this.files = certificateFiles(folder);
  }

  get areThere(): boolean {
    return existsSync(this.files.certFile);
  }

  /**
   * Returns until when the certificate is good, which is made where there is none or where one of ours is
   * near its end. *Units*: wall ms. *Errors*: InputError naming the file that clients would refuse.
   */
  async ready(nowMs: number): Promise<number> {
    if (!this.areThere || (this.isOwn() && !this.#isGoodAt(nowMs + RENEWED_BEFORE_MS)))
      return this.renew(nowMs);
    return this.check(nowMs);
  }

  /** Makes another certificate and another authority. Returns until when it is good. *Units*: wall ms. */
  async renew(nowMs: number): Promise<number> {
    writeCertificate(this.#folder, await makeServerCertificate(this.#hosts, nowMs));
    return this.check(nowMs);
  }

  /** Returns until when it is good. *Units*: wall ms. *Errors*: InputError naming the file and its fault. */
  check(nowMs: number): number {
    return checkCertificate(this.files, this.#hosts, nowMs);
  }

  /** Whether an engine made it. *Errors*: InputError when it can't be read. */
  isOwn(): boolean {
    return isOwnCertificate(this.files);
  }

  /** Returns what tells these files from others. */
  fingerprint(): string {
    const { caFile, certFile, keyFile } = this.files;
    return [caFile, certFile, keyFile]
      .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
      .join();
  }

  #isGoodAt(ms: number): boolean {
    try {
      return this.check(ms) > ms;
    } catch {
      return false;
    }
  }
}
