"""Mends what the PDF maker leaves undone for PDF/UA-1 (ISO 14289-1).

Three gaps: header cells do not say which way they head (7.5: every TH has a Scope), running headers and footers are
neither in the structure nor marked as artifacts (7.1), and link annotations lack the print flag.
"""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name

PRINT_FLAG = 4
SECTIONS = (Name.THead, Name.TBody, Name.TFoot)


def finish(source):
    """Return the bytes of the same PDF with scopes on header cells and page furniture marked as artifacts."""
    with pikepdf.open(io.BytesIO(source)) as pdf:
        tagged = set()
        if "/StructTreeRoot" in pdf.Root and "/K" in pdf.Root.StructTreeRoot:
            _walk(pdf.Root.StructTreeRoot.K, None, None, tagged)
        for page in pdf.pages:
            _mark_artifacts(pdf, page, tagged)
            for annotation in page.get("/Annots", []):
                annotation.F = int(annotation.get("/F", 0)) | PRINT_FLAG
        result = io.BytesIO()
        pdf.save(result, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return result.getvalue()


def _walk(node, page, section, tagged):
    """Visit the structure tree: give each TH its Scope, and collect (page, marked content id) of all that is tagged."""
    if isinstance(node, Array):
        for child in node:
            _walk(child, page, section, tagged)
    elif isinstance(node, int):
        tagged.add((page, int(node)))
    elif isinstance(node, Dictionary):
        page = node.Pg.objgen if "/Pg" in node else page
        if "/S" not in node:
            if node.get("/Type") == Name.MCR:
                tagged.add((page, int(node.MCID)))
            return
        if node.S in SECTIONS:
            section = node.S
        elif node.S == Name.TH:
            _set_scope(node, Name.Column if section == Name.THead else Name.Row)
        if "/K" in node:
            _walk(node.K, page, section, tagged)


def _set_scope(cell, scope):
    attributes = cell.get("/A", None)
    if isinstance(attributes, Array):
        table = next((each for each in attributes if each.get("/O") == Name.Table), None)
        if table is None:
            table = Dictionary(O=Name.Table)
            attributes.append(table)
        table.Scope = scope
    elif attributes is not None and attributes.get("/O") == Name.Table:
        attributes.Scope = scope
    else:
        own = Dictionary(O=Name.Table, Scope=scope)
        cell.A = own if attributes is None else Array([attributes, own])


def _mark_artifacts(pdf, page, tagged):
    """Turn marked content that the structure tree does not know (page numbers, running words) into artifacts."""
    changed, out = False, []
    for operands, operator in pikepdf.parse_content_stream(page):
        marked = str(operator) == "BDC" and isinstance(operands[1], Dictionary) and "/MCID" in operands[1]
        if marked and (page.obj.objgen, int(operands[1].MCID)) not in tagged:
            operands = [Name.Artifact, Dictionary(Type=Name.Pagination)]
            changed = True
        out.append((operands, operator))
    if changed:
        page.Contents = pdf.make_stream(pikepdf.unparse_content_stream(out))
