import { expect, test } from 'vitest';
import { isReservedUsername } from '../../src/config/reserved-usernames.ts';

test.each([
  'admin',
  'a_d_m_i_n',
  '_admin_',
  'adm1n',
  '4dmin',
  'administrator',
  'jestha',
  'jestha_support',
  'the_real_jestha',
  'je5tha',
  'j3stha_',
  'support',
  'supp0rt',
  'support_team',
  'official_support',
  'officia1',
  'security',
  'api',
  'root',
  'r00t',
  'system',
  'help_desk',
  'moderator',
  'postmaster',
  'verified',
  'deleted',
  'jesclips',
  'null',
])('%s sounds official and is reserved', (username) => {
  expect(isReservedUsername(username)).toBe(true);
});

test.each([
  'zoe',
  'ada_lovelace',
  'adminka',
  'administrate_me',
  'root_beer',
  'securitas',
  'apiary',
  'supporter',
  'systemic',
  'rapid',
  '1337',
  'helping_hand',
  'jess',
  'u0badf00d',
])('%s is for anybody', (username) => {
  expect(isReservedUsername(username)).toBe(false);
});
