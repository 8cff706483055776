import { describe, expect, it } from 'vitest';
import { allowableRules } from '../../config/policy-rules.ts';
import type { JsonObject } from './json-value.ts';
import { canonical } from './json-value.ts';
import { createShape } from './container-shape.ts';
import { policyRules, type PolicySubject } from './policy-rules.ts';
import { createPolicy, renderPolicy, ruleNames } from './policy.ts';

/** For each rule that a body can break: a body that does. */
const denied: readonly (readonly [string, PolicySubject, JsonObject])[] = [
  ['privileged', 'create', { HostConfig: { Privileged: true } }],
  ['privileged', 'create', { HostConfig: { Privileged: 'yes' } }],
  ['privileged', 'exec', { Privileged: true }],
  ['net.host', 'create', { HostConfig: { NetworkMode: 'host' } }],
  ['net.host', 'create', { NetworkingConfig: { EndpointsConfig: { host: {} } } }],
  ['net.host', 'build', { query: { networkmode: 'host' } }],
  ['pid.host', 'create', { HostConfig: { PidMode: 'host' } }],
  ['ipc.host', 'create', { HostConfig: { IpcMode: 'host' } }],
  ['uts.host', 'create', { HostConfig: { UTSMode: 'host' } }],
  ['userns.host', 'create', { HostConfig: { UsernsMode: 'host' } }],
  ['cgroupns.host', 'create', { HostConfig: { CgroupnsMode: 'host' } }],
  ['cap', 'create', { HostConfig: { CapAdd: ['CHOWN', 'SYS_ADMIN'] } }],
  ['cap', 'create', { HostConfig: { CapAdd: ['all'] } }],
  ['cap', 'create', { HostConfig: { Capabilities: ['CAP_SYS_ADMIN'] } }],
  ['devices', 'create', { HostConfig: { Devices: [{ PathOnHost: '/dev/sda' }] } }],
  ['devices', 'create', { HostConfig: { DeviceRequests: [{ Count: -1 }] } }],
  ['devices', 'update', { HostConfig: { DeviceCgroupRules: ['a *:* rwm'] } }],
  ['security-opt', 'create', { HostConfig: { SecurityOpt: ['seccomp=unconfined'] } }],
  [
    'security-opt',
    'create',
    { HostConfig: { SecurityOpt: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] } },
  ],
  ['security-opt', 'create', { HostConfig: { MaskedPaths: [] } }],
  ['security-opt', 'create', { HostConfig: { ReadonlyPaths: [] } }],
  ['security-opt', 'build', { query: { securityopt: '["seccomp=unconfined"]' } }],
  ['volume.driver', 'create', { HostConfig: { VolumeDriver: 'nfs' } }],
  [
    'volume.driver',
    'create',
    {
      HostConfig: {
        Mounts: [
          { Type: 'volume', VolumeOptions: { DriverConfig: { Options: { device: '/etc' } } } },
        ],
      },
    },
  ],
  ['volume.driver', 'volume', { DriverOpts: { type: 'none', o: 'bind', device: '/etc' } }],
  ['volume.driver', 'volume', { Driver: 'nfs' }],
  ['volume.driver', 'volume', { ClusterVolumeSpec: {} }],
  ['mount.type', 'create', { HostConfig: { Mounts: [{ Type: 'npipe' }] } }],
  ['cgroup-parent', 'update', { HostConfig: { CgroupParent: '/system' } }],
  ['cgroup-parent', 'build', { query: { cgroupparent: '/system' } }],
  ['runtime', 'create', { HostConfig: { Runtime: 'other' } }],
  ['cgroup', 'create', { HostConfig: { Cgroup: 'container:x' } }],
  ['oom', 'create', { HostConfig: { OomScoreAdj: -1000 } }],
  ['log-driver', 'create', { HostConfig: { LogConfig: { Type: 'syslog' } } }],
  ['sysctl', 'create', { HostConfig: { Sysctls: { 'kernel.msgmax': '1' } } }],
  ['network.driver', 'network', { Driver: 'macvlan' }],
  ['network.driver', 'network', { IPAM: { Driver: 'other' } }],
  ['network.driver', 'network', { ConfigFrom: { Network: 'x' } }],
  ['network.driver', 'network', { Ingress: true }],
];

/** What the command line sends for `docker run IMAGE`, in the places that rules look at. */
const harmless: JsonObject = {
  Image: 'x',
  HostConfig: {
    Privileged: false,
    NetworkMode: 'default',
    PidMode: '',
    IpcMode: '',
    UTSMode: '',
    UsernsMode: '',
    CgroupnsMode: '',
    CapAdd: ['NET_BIND_SERVICE', 'CAP_CHOWN'],
    Devices: [],
    DeviceRequests: null,
    DeviceCgroupRules: null,
    SecurityOpt: ['no-new-privileges'],
    VolumeDriver: '',
    Mounts: [{ Type: 'volume' }, { Type: 'tmpfs' }, { Type: 'bind' }],
    CgroupParent: '',
    Runtime: '',
    Cgroup: '',
    OomScoreAdj: 0,
    LogConfig: { Type: '', Config: {} },
    Sysctls: { 'net.core.somaxconn': '1024' },
  },
};

describe('the policy', () => {
  it.each(denied)('%s: denies %s of %j, and names itself', (rule, subject, body) => {
    const policy = createPolicy();

    expect(() => policy.check(subject, body)).toThrow(`(rule ${rule})`);
  });

  it.each(denied.filter(([rule]) => rule !== 'security-opt'))(
    '%s: allows %s of %j by name',
    (rule, subject, body) => {
      const policy = createPolicy([rule]);

      expect(() => policy.check(subject, body)).not.toThrow();
    },
  );

  it('lets pass what the command line sends by default', () => {
    expect(() => createPolicy().check('create', harmless)).not.toThrow();
  });

  it('has a body above for each rule that a body can break', () => {
    const decidedElsewhere = policyRules
      .filter(({ subjects }) => subjects.includes('stream'))
      .map(({ rule }) => rule);

    expect(new Set([...denied.map(([rule]) => rule), ...decidedElsewhere])).toEqual(
      new Set(ruleNames()),
    );
  });

  it('lets a configuration allow what is no promise to others, and nothing else', () => {
    const strict = ruleNames().filter((rule) => {
      try {
        createPolicy([rule]).deny(rule, 'this');
        return false;
      } catch {
        return true;
      }
    });

    expect(strict.toSorted()).toEqual(
      ['form', 'plugin', 'port.udp', 'push', 'ref.foreign', 'swarm'].toSorted(),
    );
    expect([...allowableRules].toSorted()).toEqual(
      ruleNames()
        .filter((rule) => !strict.includes(rule))
        .toSorted(),
    );
  });

  it('is printed with what is allowed, one line per place', () => {
    const text = renderPolicy(['privileged']);

    expect(text.split('\n')).toHaveLength(policyRules.length + 1);
    expect(text).toContain('allowed  privileged       HostConfig.Privileged');
    expect(text).toContain('denied  net.host');
  });

  it('judges names as the engine reads them: without case, in the sense of Go, and the last one', () => {
    const body = canonical(
      JSON.parse('{"hostconfig":{"priVileged":true},"HoſtConfig":{"privileged":true}}'),
      createShape,
    );

    expect(body).toEqual({ HostConfig: { Privileged: true } });
  });
});
