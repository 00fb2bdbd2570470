"""The short text in a bundle for whoever opens it as a zip, in both languages."""

from linghang.evidence.proof import STRENGTH
from linghang.judge.verdict import Verdict

_ZH = """# 领航评估包

{name}，按《{pack_zh}》于 {day} 判定。

| 证明力底线 | 确认等级 |
|---|---|
{rows_zh}
{read_zh}
本文件由程序写成并签名。在任何一台装有领航的电脑上离线核验：

    linghang verify 文件名.zip --key 签名人公钥.pem

核验会检查每个字节、账本的哈希链、文件的指纹，并由观测重新判定。不装领航也能核对签名：

    openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in manifest.json -sigfile manifest.sig

signer.pem 随包而来，只说明签名后无人改动；签名人是谁，请用另外渠道得到的公钥核对。
"""
_EN = """# A bundle of Linghang

{name}, judged by “{pack_en}” as of {day}.

| floor of proof | confirmed level |
|---|---|
{rows_en}
{read_en}
A program wrote and signed this file. Check it without a network on any machine that has Linghang:

    linghang verify FILE.zip --key PUBLIC-KEY-OF-THE-SIGNER.pem

That looks at every byte, the hash chain of the ledger and the fingerprints of the documents, and judges anew from the
observations. The signature can be checked without Linghang:

    openssl pkeyutl -verify -pubin -inkey signer.pem -rawin -in manifest.json -sigfile manifest.sig

signer.pem comes with the bundle: it says only that nothing was changed after signing. Who signed, the public key says
that you have from the signer by another way.

| entry | holds |
|---|---|
| manifest.json | sha256 of every entry, and what was left out |
| manifest.sig, signer.pem | the Ed25519 signature over exactly these bytes, the public key |
| packs/ | the conditions, base first |
| ledger.jsonl, ledger.anchor | every observation and withdrawal, chained by hash |
| case.json | day, interpretations that a reviewer set, waivers |
| judgement.json | the verdict at three floors, elements, indicators |
| receipts.json | what each measured or derived observation was made of, and by what |
| documents.json, documents/ | rows of the register, and the files by their sha256 |
| inputs/ | tables to compute observations again, where they were asked for |
"""
_FLOORS_ZH = {"declared": "宣称", "documented": "有据", "measured": "实测"}


def readme(verdict: Verdict, name: str) -> str:
    """Write it."""
    pack = verdict.program.pack
    titles = {level.id: level.title for level in pack.levels}
    confirmed = {floor: verdict.floors[floor].confirmed for floor in STRENGTH}
    zh = {floor: titles[one].zh if one else "未确认" for floor, one in confirmed.items()}
    en = {floor: titles[one].en if one else "none" for floor, one in confirmed.items()}
    own = {one.id: one.value for one in pack.interpretations}
    read = [
        f"{one} = {value} ({own[one]})" for one, value in verdict.program.interpretation.items() if value != own[one]
    ]
    return (_ZH + "\n" + _EN).format(
        name=" ".join(name.split()),
        pack_zh=pack.title.zh,
        pack_en=pack.title.en,
        day=verdict.program.as_of,
        rows_zh="\n".join(f"| {_FLOORS_ZH[floor]} | {one} |" for floor, one in zh.items()),
        rows_en="\n".join(f"| {floor} | {one} |" for floor, one in en.items()),
        read_zh=f"\n口径与条件包不同（括号内为条件包原值）：{'，'.join(read)}。\n" if read else "",
        read_en=f"\nRead otherwise than in the pack (in brackets): {', '.join(read)}.\n" if read else "",
    )
