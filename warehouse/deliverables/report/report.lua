-- A value with its place: in Word a link to the annex whose tip tells the place, in HTML a title and data attributes,
-- elsewhere the plain text.
local function escape(text)
  return (text:gsub("&", "&amp;"):gsub("<", "&lt;"):gsub(">", "&gt;"):gsub('"', "&quot;"))
end

local function cited(span)
  if not span.classes:includes("cited") then return nil end
  local place, anchor = span.attributes.place, span.attributes.anchor
  if FORMAT == "docx" then
    return pandoc.RawInline("openxml", '<w:hyperlink w:anchor="' .. anchor .. '" w:tooltip="' .. escape(place) ..
      '" w:history="0"><w:r><w:t xml:space="preserve">' .. escape(pandoc.utils.stringify(span.content)) ..
      "</w:t></w:r></w:hyperlink>")
  elseif FORMAT:match("html") then
    return pandoc.Span(span.content, { class = "cited", title = place, ["data-place"] = place })
  end
  return span.content
end

-- Typst is not told the description of a picture unless one writes it out.
local function described(image)
  if FORMAT ~= "typst" or not image.attributes.alt then return nil end
  local alt = image.attributes.alt:gsub("\\", "\\\\"):gsub('"', '\\"')
  local width = image.attributes.width or "100%"
  return pandoc.RawInline("typst", '#image("' .. image.src .. '", alt: "' .. alt .. '", width: ' .. width .. ")")
end

-- Pages on their side: a section of its own in Word, whose running lines are added afterwards; nothing in HTML.
local A4 = { portrait = 'w:w="11906" w:h="16838"', landscape = 'w:w="16838" w:h="11906" w:orient="landscape"' }

local function section(kind)
  return pandoc.RawBlock("openxml", "<w:p><w:pPr><w:sectPr><w:type w:val=\"nextPage\"/><w:pgSz " .. A4[kind] ..
    '/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="709" w:footer="709" w:gutter="0"/>' ..
    "</w:sectPr></w:pPr></w:p>")
end

-- What begins on a page of its own.
local PAGE_BREAK = {
  docx = pandoc.RawBlock("openxml", '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'),
  typst = pandoc.RawBlock("typst", "#pagebreak(weak: true)"),
}

local function page(div)
  if div.classes:includes("newpage") then return PAGE_BREAK[FORMAT] or {} end
  if not div.classes:includes("landscape") then return nil end
  local blocks = div.content
  if FORMAT == "docx" then
    blocks:insert(1, section("portrait"))
    blocks:insert(section("landscape"))
  elseif FORMAT == "typst" then
    blocks:insert(1, pandoc.RawBlock("typst", "#page(flipped: true)["))
    blocks:insert(pandoc.RawBlock("typst", "]"))
  end
  return blocks
end

-- French leaves no sign alone at the beginning of a line, nor « at its end.
local function bound(inlines)
  for place, inline in ipairs(inlines) do
    if inline.t == "Space" or inline.t == "SoftBreak" then
      local before, after = inlines[place - 1], inlines[place + 1]
      local opens = before and before.t == "Str" and before.text:sub(-2) == "«"
      local closes = after and after.t == "Str" and (after.text:match("^[;:?!%%]") or after.text:sub(1, 2) == "»")
      if opens or closes then inlines[place] = pandoc.Str("\u{00A0}") end
    end
  end
  return inlines
end

return { { Inlines = bound }, { Span = cited, Image = described, Div = page } }
