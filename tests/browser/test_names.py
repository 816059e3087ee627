"""Names of files on the page: shown as they are, whatever Markdown would make of them."""

NAMES = (
    "www.evil.example.png",
    "http://evil.example",
    ":material_home: :material/home: :red[x].png",
    "someone@evil.example.png",
    "**bold** <b>x</b> ![p](http://evil.example/p.png).png",
)
MADE_OF_MARKDOWN = 'a, img, strong, em, code, [data-testid="stIconMaterial"], span[style*="color"]'


def test_a_name_becomes_neither_link_nor_icon(page):
    files = [{"name": name, "mimeType": "image/png", "buffer": b"no radiograph"} for name in NAMES]
    page.locator('[data-testid="stFileUploader"] input').set_input_files(files)
    choice = page.locator('[data-testid="stRadio"]')
    choice.wait_for()
    choice.get_by_text("bold").wait_for()
    labels = choice.locator("label")
    assert labels.locator(MADE_OF_MARKDOWN).count() == 0
    shown = [text.replace("\u2060", "") for text in labels.all_inner_texts()]
    for name in NAMES:
        base = name.rpartition("/")[2]  # as a browser names a file
        assert any(base in text for text in shown), (base, shown)
